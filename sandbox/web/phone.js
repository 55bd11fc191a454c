/**
 * One person's phone: the chats they have, which one is open, and what the server tells about them.
 *
 * The server is the only truth: every act is sent, and what it caused comes back as an event.
 */

import { Actions } from "./actions.js";
import * as api from "./api.js";
import { avatar } from "./avatar.js";
import { chatHeader, chatList } from "./chats.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { el } from "./dom.js";
import { fullName, news, spacedPin } from "./format.js";
import { Sheets } from "./sheets.js";

const TYPING_MS = 5_000;
const TOAST_MS = 3_500;

export class Phone {
  /**
   * `person` is one of `world.people`. `onNews()`: somebody else wrote; `onLedger(ledger)`: the books changed;
   * `onPeople()`: somebody was added.
   */
  constructor(person, world, { onNews, onLedger, onPeople }) {
    this.person = person;
    this.bot = world.bot;
    this.newest = world.levels.at(-1);
    this.meet(world.people);
    this.onPeople = onPeople;
    this.onNews = onNews;
    this.onLedger = onLedger;
    this.chats = new Map();
    this.unread = new Map();
    this.chatId = person.id;
    this.pendingStart = null;
    this.typing = null;
    this.inOrder = Promise.resolve();
    this.build();
  }

  /** Everybody else, whom one can share, add to a group or write to. */
  meet(people) {
    this.contacts = people.filter((other) => other.id !== this.person.id);
  }

  get chat() {
    return this.chats.get(this.chatId);
  }

  build() {
    this.actions = new Actions(this);
    this.conversation = new Conversation(this.actions);
    this.composer = new Composer(this.actions, this.person);
    this.header = el("header", { class: "chat-header" });
    this.list = el("div", { class: "chat-list", "data-view": "chats", hidden: true });
    this.room = el("div", { class: "room" }, this.header, this.conversation.node, this.composer.node);
    this.surface = el("div", { class: "surface" }, this.room, this.list);
    this.sheets = new Sheets(this.surface);
    this.toasts = el("div", { class: "toasts", role: "status" });
    this.ear = el("p", { class: "unseen", "aria-live": "polite" });
    this.screen = el("div", { class: "phone", "data-person": this.person.id, "data-theme": this.person.theme || null }, this.surface, this.sheets.node, this.toasts);
    this.node = el("section", { class: "person", "aria-label": `${fullName(this.person)}’s phone` }, this.caption(), this.screen, this.pinHint(), this.ear);
  }

  caption() {
    const name = fullName(this.person);
    const { username, language, level } = this.person;
    const chip = (shown, title, text) => shown && el("span", { class: "chip", title }, text);
    return el("div", { class: "caption" }, avatar(name, this.person.id),
      el("h2", {}, name), el("span", { class: "handle" }, username ? `@${username}` : "no username"),
      chip(language !== "en", "Language", language),
      chip(level !== this.newest, "Telegram as of this Bot API", level));
  }

  pinHint() {
    if (!this.person.pin) return el("p", { class: "pin" }, "A PIN of their own choice");
    return el("p", { class: "pin" }, "PIN ", el("b", { "data-pin": this.person.pin }, spacedPin(this.person.pin)));
  }

  /** Events wait while the chats are being read, so that an older reading never hides a newer event. */
  connect() {
    const queue = (job) => {
      this.inOrder = this.inOrder.then(job).catch((error) => this.toast(error.message));
    };
    api.listen(this.person.id, () => queue(() => this.load()), (event) => queue(() => this.hear(event)));
  }

  async load() {
    const chats = await api.chats(this.person.id);
    this.chats = new Map(chats.map((chat) => [chat.id, chat]));
    this.openChat(this.chats.has(this.chatId) ? this.chatId : this.person.id);
  }

  /** Reads the chats anew where the reader is: in the list, or in the middle of writing. */
  async reload() {
    const inList = !this.list.hidden;
    const { context, field } = this.composer;
    const draft = field.value;
    await this.load();
    if (context) this.composer.setContext(context);
    field.value = draft;
    this.composer.onInput();
    if (inList) this.showChats();
  }

  openChat(id) {
    this.chatId = id;
    this.unread.delete(id);
    this.list.hidden = true;
    this.room.inert = false;
    this.screen.dataset.chat = id;
    this.composer.setContext(null);
    this.conversation.show(this.chat);
    this.refresh();
  }

  showChats() {
    this.list.replaceChildren(...chatList(this));
    this.list.hidden = false;
    this.room.inert = true;
    this.list.querySelector('[aria-current="true"]').focus();
  }

  leaveChats(id) {
    this.openChat(id);
    this.header.querySelector("button").focus();
  }

  /** Redraws what depends on the state of the open chat: header and foot. */
  refresh() {
    const focused = this.header.contains(document.activeElement) && document.activeElement.dataset.action;
    this.header.replaceChildren(...chatHeader(this));
    if (focused) this.header.querySelector(`[data-action="${focused}"]`)?.focus();
    this.composer.show(this.chat, this.pendingStart !== null && this.chat.type === "private", this.contacts);
  }

  hear(event) {
    const chat = this.chats.get(event.chat);
    if (event.type === "reset") return this.load();
    if (event.type === "chats") return this.reload();
    if (event.type === "people") return this.onPeople().then(() => this.reload());
    if (event.type === "inline_results") return this.composer.inline.hear(event);
    if (event.type === "toast") return this.hearAnswer(event);
    if (event.type === "ledger") return this.onLedger(event.ledger);
    if (event.type === "commands") return this.setCommands(event);
    if (event.type === "message" || event.type === "edited") return this.hearMessage(chat, event.message);
    if (event.type === "deleted") return this.hearDeleted(chat, event.message_id);
    if (event.type === "typing") return this.showTyping(chat.id);
    if (event.type === "chat") return this.hearState(chat, event);
    return undefined;
  }

  hearMessage(chat, message) {
    const isKnown = chat?.messages.some((known) => known.id === message.id);
    if (!chat || (message.replaces && !isKnown)) return this.reload();
    const at = chat.messages.findIndex((known) => known.id === message.id);
    const isNew = at < 0;
    const before = isNew ? "" : chat.messages[at].text;
    chat.messages.splice(isNew ? chat.messages.length : at, 1, message);
    if (chat.id === this.chatId) this.conversation.put(message);
    else if (isNew) this.unread.set(chat.id, (this.unread.get(chat.id) ?? 0) + 1);
    if (!message.out) this.announce(chat, message, news(before, message.service ?? message.text));
    if (isNew && message.from.is_bot) this.typing = null;
    if (isNew) this.refresh();
    return undefined;
  }

  announce(chat, message, heard) {
    if (!heard) return;
    this.ear.textContent = `${this.person.first_name}’s phone, ${message.from.name} in ${chat.title}: ${heard}`;
    this.onNews();
  }

  hearDeleted(chat, id) {
    chat.messages = chat.messages.filter((message) => message.id !== id);
    if (chat.id === this.chatId) this.conversation.remove(id);
  }

  hearState(chat, { started, blocked, reply_keyboard }) {
    Object.assign(chat, { started, blocked, reply_keyboard });
    if (chat.id === this.chatId) this.refresh();
  }

  setCommands({ commands, in_groups: inGroups }) {
    this.chats.forEach((chat) => {
      if (chat.type === "private") chat.commands = commands;
      else chat.commands = inGroups[chat.id] ?? [];
    });
    this.refresh();
  }

  hearAnswer({ text, alert, url }) {
    this.conversation.settle();
    if (url) this.actions.open(url, url);
    else if (text && alert) this.sheets.alert(text);
    else if (text) this.toast(text);
  }

  showTyping(chatId) {
    clearTimeout(this.typingTimer);
    this.typing = chatId;
    if (chatId) this.typingTimer = setTimeout(() => this.showTyping(null), TYPING_MS);
    this.refresh();
  }

  toast(text) {
    const toast = el("div", { class: "toast", "data-toast": true, dir: "auto" }, text);
    this.toasts.replaceChildren(toast);
    setTimeout(() => toast.remove(), Math.max(TOAST_MS, text.length * 60));
  }
}
