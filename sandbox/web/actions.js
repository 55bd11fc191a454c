/** What a person does with their phone. A refused act is explained in a toast; what an allowed one caused comes as an event. */

import * as api from "./api.js";
import { deepLink, followable } from "./format.js";

export class Actions {
  constructor(phone) {
    this.phone = phone;
    this.presses = Promise.resolve();
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

  /** Sends what was typed; `context` makes it a reply or the new text of an old message. */
  submit(text, context) {
    if (context?.kind === "edit") return this.act("edit", { message_id: context.message.id, text });
    return this.act("text", context ? { text, reply_to: context.message.id } : { text });
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
    const chosen = await sheets.menu("More", { x: box.right - 200, y: box.bottom }, [{ name: "block", icon: "block", label }]);
    return chosen && this.block(!chat.blocked);
  }

  async messageMenu(message, point) {
    const { phone } = this;
    if (phone.surface.inert) return;
    const chosen = await phone.sheets.menu("Message", point, choices(message, phone.chat.type === "private"));
    if (chosen === "copy") await this.copy(message.text);
    else if (chosen === "delete") await this.act("delete", { message_id: message.id });
    else if (chosen === "forward") await this.forward(message);
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

  /** Follows a link: the bot's own deep links open here, others in a new tab; one behind other words is shown first. */
  async open(address, label) {
    const { phone } = this;
    const url = followable(address);
    if (!url) return;
    const inside = deepLink(url);
    if (inside?.username === phone.bot.username.toLowerCase()) {
      phone.pendingStart = inside.start;
      phone.openChat(phone.person.id);
      phone.composer.wide.focus();
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

function choices(message, inPrivate) {
  const item = (name, label, allowed) => allowed && { name, icon: name, label };
  const hasText = Boolean(message.text);
  return [
    item("reply", "Reply", true),
    item("copy", "Copy text", hasText && !message.protected),
    item("forward", "Forward", !message.protected),
    item("edit", "Edit", message.out && hasText && !message.forward),
    item("delete", "Delete", message.out || inPrivate),
  ].filter(Boolean);
}
