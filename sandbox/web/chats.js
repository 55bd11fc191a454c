/** The head of a phone and its list of chats. */

import { avatar } from "./avatar.js";
import { button, el, present } from "./dom.js";
import { clock } from "./format.js";
import { icon } from "./icons.js";

/** What stands over the open chat: the way back with the number of unread messages, who it is, and a menu. */
export function chatHeader(phone) {
  const { chat, actions } = phone;
  const isPrivate = chat.type === "private";
  const typing = phone.typing === chat.id;
  const quiet = chat.type === "group" && chat.upgraded_to;
  const unread = [...phone.unread.values()].reduce((sum, count) => sum + count, 0);
  const back = { class: "round", "data-action": "chats", "aria-label": unread ? `Chats, ${unread} unread` : "Chats", onclick: () => phone.showChats() };
  const more = { class: "round", "data-action": "more", "aria-label": "More", "aria-haspopup": "menu", onclick: (event) => actions.moreMenu(event.currentTarget) };
  return present([
    button(back, icon("back"), unread > 0 && el("span", { class: "badge" }, String(unread))),
    avatar(chat.title, chat.id, isPrivate),
    el("div", { class: "row-text" },
      el("h3", {}, chat.title),
      el("small", { "data-status": true, class: typing ? "typing" : null }, typing ? "typing…" : status(phone, chat))),
    chat.type !== "person" && !quiet && button(more, icon("more")),
  ]);
}

function status(phone, chat) {
  if (chat.type === "private") return "bot";
  if (chat.type === "person") return "without Sixpence";
  if (chat.upgraded_to) return "upgraded to a supergroup";
  const count = chat.members.length + (chat.bot ? 1 : 0);
  const bot = { administrator: "Sixpence is admin", member: "" }[chat.bot] ?? "without Sixpence";
  return [`${count} members`, bot].filter(Boolean).join(" · ");
}

/** Every chat with its last words; choosing one opens it, Escape goes back to the one that was open. */
export function chatList(phone) {
  const onkeydown = (event) => event.key === "Escape" && phone.leaveChats(phone.chatId);
  return [
    el("h3", {}, "Chats"),
    el("ul", { class: "rows", onkeydown }, [...phone.chats.values()].map((chat) => el("li", {}, chatRow(phone, chat)))),
  ];
}

function chatRow(phone, chat) {
  const last = chat.messages.at(-1);
  const unread = phone.unread.get(chat.id);
  const current = chat.id === phone.chatId ? "true" : null;
  return button({ class: "row", "data-open-chat": chat.id, "aria-current": current, onclick: () => phone.leaveChats(chat.id) },
    avatar(chat.title, chat.id, chat.type === "private"),
    el("span", { class: "row-text" },
      el("b", {}, chat.title),
      el("small", { dir: "auto" }, last ? preview(last, chat.type === "group") : "No messages yet")),
    el("span", { class: "row-side" },
      last && el("time", {}, clock(last.date)),
      unread && el("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread))));
}

function preview(message, inGroup) {
  if (message.service) return message.service;
  const text = (message.text || (message.photo ? "Photo" : message.document?.name) || "Contact");
  if (message.ephemeral) return `Only you: ${text}`;
  if (message.out) return `You: ${text}`;
  return inGroup ? `${message.from.name.split(" ")[0]}: ${text}` : text;
}
