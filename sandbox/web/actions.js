/** What a person does with their phone. A refused act is explained in a toast; what an allowed one caused comes as an event. */

import * as api from "./api.js";
import { deepLink, followable, isShare } from "./format.js";

export class Actions {
  constructor(phone) {
    this.phone = phone;
    this.presses = Promise.resolve();
    document.addEventListener("scan", ({ detail: { by, link } }) => by === phone.person.id && this.open(link, link));
  }

  async act(verb, body, chatId = this.phone.chatId) {
    try {
      await api.act(this.phone.person.id, chatId, verb, body);
    } catch (error) {
      this.phone.toast(error.message);
    }
  }

  say(text) {
    return this.act("text", { text });
  }

  /**
   * Sends what was typed; `context` makes it a reply or the new text of an old message; `mentions` link names;
   * `disguise` is whom it seems to be by.
   */
  submit(text, context, { mentions = [], disguise = null } = {}) {
    if (context?.kind === "edit") return this.act("edit", { message_id: context.message.id, text });
    const reply = context && { reply_to: context.message.id };
    return this.act("text", { text, mentions, ...reply, ...(disguise && { as: disguise }) });
  }

  /** Types the bot's name and some words; the id of the query, or null where it was refused. */
  async askInline(text) {
    const { phone } = this;
    try {
      return (await api.act(phone.person.id, phone.chatId, "inline", { text })).query_id;
    } catch (error) {
      phone.toast(error.message);
      return null;
    }
  }

  choose(queryId, resultId) {
    return this.act("choose", { query_id: queryId, result_id: resultId });
  }

  start() {
    const parameter = this.phone.pendingStart;
    this.phone.pendingStart = null;
    this.phone.refresh();
    return this.act("start", parameter ? { parameter } : {});
  }

  block(blocked) {
    return this.act("block", { blocked });
  }

  /** Presses go out one after the other; one whose button has meanwhile become another is dropped. */
  press(message, keyboard, definition, row, column) {
    if (definition.kind === "url") return this.open(definition.url, definition.text);
    if (definition.kind === "copy") return this.copy(definition.data);
    if (definition.kind !== "callback") return this.phone.toast("This kind of button does not work in the sandbox.");
    const { chatId } = this.phone;
    this.presses = this.presses.then(() => {
      if (keyboard.rows[row]?.[column]?.text !== definition.text) return undefined;
      return this.act("press", { message_id: message.id, row, column }, chatId);
    });
    return this.presses;
  }

  /** A button of the tray: its words, one's own contact, or people chosen for the bot. */
  async answer(entry) {
    const { phone } = this;
    const request = entry.request_users;
    if (entry.request_contact) return this.act("contact", { user_id: phone.person.id });
    if (!request) return this.say(entry.text);
    const ids = await phone.sheets.pickPeople(phone.contacts, entry.text, request.max_quantity ?? 1);
    return ids && this.act("users", { request_id: request.request_id, user_ids: ids });
  }

  async shareContact() {
    const { phone } = this;
    const ids = await phone.sheets.pickPeople([...phone.contacts, phone.person], "Share a contact", 1);
    return ids && this.act("contact", { user_id: ids[0] });
  }

  async moreMenu(opener) {
    const { chat, sheets, bot } = this.phone;
    const box = opener.getBoundingClientRect();
    const label = `${chat.blocked ? "Unblock" : "Block"} ${bot.first_name}`;
    const items = chat.type === "group" ? groupChoices(chat, bot, this.phone.composer.disguised) : [{ name: "block", icon: "block", label }];
    const chosen = await sheets.menu("More", { x: box.right - 240, y: box.bottom }, items);
    if (chosen === "block") await this.block(!chat.blocked);
    else if (chosen) await this.inGroup(chosen, chat);
  }

  /** One choice of a group's menu. */
  async inGroup(choice, chat) {
    const { phone } = this;
    if (choice in DISGUISES) return phone.composer.disguise(DISGUISES[choice]);
    const inside = (person) => chat.members.includes(person.id);
    const about = {
      add: () => phone.sheets.pickPeople(phone.contacts.filter((person) => !inside(person)), "Add to the group", 1),
      remove: () => phone.sheets.pickPeople(phone.contacts.filter(inside), "Remove from the group", 1),
    }[choice];
    if (about) {
      const ids = await about();
      return ids && this.act(choice, { user_id: ids[0] });
    }
    const [verb, body] = {
      leave: ["leave", {}],
      upgrade: ["upgrade", {}],
      "add-bot": ["add", { user_id: phone.bot.id }],
      "remove-bot": ["remove", { user_id: phone.bot.id }],
      promote: ["rank", { administrator: true }],
      demote: ["rank", { administrator: false }],
    }[choice];
    return this.act(verb, body);
  }

  async messageMenu(message, point) {
    const { phone } = this;
    if (phone.surface.inert) return;
    const chosen = await phone.sheets.menu("Message", point, choices(message, phone.chat));
    if (chosen === "copy") await this.copy(message.text);
    else if (chosen === "delete") await this.act("delete", { message_id: message.id });
    else if (chosen === "forward") await this.forward(message);
    else if (chosen === "scan") await this.scan(message);
    else if (chosen) phone.composer.setContext({ kind: chosen, message });
  }

  async forward(message) {
    const { phone } = this;
    const source = phone.chatId;
    const target = await phone.sheets.pickChat([...phone.chats.values()]);
    if (target === null) return;
    await this.act("forward", { from_chat: source, message_id: message.id }, target);
    if (target !== phone.chatId) phone.openChat(target);
  }

  /** Shows a picture to somebody's camera: the code's link opens on their phone. */
  async scan(message) {
    const { phone } = this;
    try {
      const link = await api.code(message.photo);
      const ids = await phone.sheets.pickPeople(phone.contacts, "Who scans the code?", 1);
      if (ids) document.dispatchEvent(new CustomEvent("scan", { detail: { by: ids[0], link } }));
    } catch (error) {
      phone.toast(error.message);
    }
  }

  /** Sends a link on, with a word about it, to a chat of one's choice. */
  async share(url) {
    const { phone } = this;
    const target = await phone.sheets.pickChat([...phone.chats.values()]);
    if (target === null) return;
    const words = ["url", "text"].map((name) => url.searchParams.get(name)).filter(Boolean);
    await this.act("text", { text: words.join("\n") }, target);
    if (target !== phone.chatId) phone.openChat(target);
  }

  /** Opens the chat with the bot, where Start waits with this parameter. */
  openBot(parameter) {
    const { phone } = this;
    phone.pendingStart = parameter;
    phone.openChat(phone.person.id);
    phone.composer.wide.focus();
  }

  /** Follows a link: the bot's own deep links open here, others in a new tab; one behind other words is shown first. */
  async open(address, label) {
    const { phone } = this;
    const url = followable(address);
    if (!url) return;
    const inside = deepLink(url);
    if (inside?.username === phone.bot.username.toLowerCase()) {
      this.openBot(inside.start);
      return;
    }
    if (isShare(url)) {
      await this.share(url);
      return;
    }
    const plain = followable(label)?.href === url.href;
    if (plain || (await phone.sheets.confirmLink(url.href))) window.open(url.href, "_blank", "noopener,noreferrer");
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.phone.toast("Copied to the clipboard");
    } catch {
      this.phone.toast("The browser did not allow copying");
    }
  }
}

/** Whom the owner of a supergroup may seem to be, by the name of the choice. */
const DISGUISES = { "as-group": "anonymous_admin", "as-channel": "channel", "as-oneself": null };

function groupChoices(chat, bot, disguised) {
  const item = (name, shape, label, allowed = true) => allowed && { name, icon: shape, label };
  const admin = chat.bot === "administrator";
  return [
    item("add", "person", "Add somebody"),
    item("remove", "block", "Remove somebody", chat.owner && chat.members.length > 1),
    item("add-bot", "check", `Add ${bot.first_name}`, !chat.bot),
    item(admin ? "demote" : "promote", "edit", admin ? `${bot.first_name} no longer admin` : `Make ${bot.first_name} admin`, chat.owner && chat.bot),
    item("remove-bot", "block", `Remove ${bot.first_name}`, chat.owner && chat.bot),
    item("as-group", "mask", `Write as ${chat.title}`, chat.owner && !chat.basic && disguised !== "anonymous_admin"),
    item("as-channel", "mask", "Write as a channel", chat.owner && !chat.basic && disguised !== "channel"),
    item("as-oneself", "person", "Write as yourself", disguised),
    item("upgrade", "forward", "Upgrade to supergroup", chat.owner && chat.basic),
    item("leave", "back", "Leave the group"),
  ].filter(Boolean);
}

function choices(message, chat) {
  const own = message.out || (message.ephemeral && !message.out);
  const item = (name, label, allowed) => allowed && { name, icon: name, label };
  const hasText = Boolean(message.text);
  return [
    item("reply", "Reply", !message.ephemeral && !chat.upgraded_to),
    item("copy", "Copy text", hasText && !message.protected),
    item("forward", "Forward", !message.protected && !message.ephemeral),
    item("scan", "Scan the code", Boolean(message.photo)),
    item("edit", "Edit", message.out && hasText && !message.forward && !message.via_bot && !message.ephemeral),
    item("delete", "Delete", own || chat.type !== "group" || chat.owner),
  ].filter(Boolean);
}
