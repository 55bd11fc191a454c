/** The scrolling list of one chat's messages. It stays at the newest message unless the reader has scrolled away. */

import { button, el } from "./dom.js";
import { day } from "./format.js";
import { icon } from "./icons.js";
import { MessageItem } from "./message.js";

const NEAR_PX = 60;
const LONG_PRESS_MS = 500;

export class Conversation {
  constructor(actions) {
    this.actions = actions;
    this.items = new Map();
    this.pinned = true;
    this.unseen = 0;
    this.list = el("ol", { class: "messages", "aria-label": "Messages", onkeydown: (event) => this.onKey(event) });
    this.scroller = el("div", { class: "scroller", onscroll: () => this.onScroll() }, this.list);
    this.jump = button({ class: "jump", "aria-label": "Go to the newest message", "data-action": "newest", onclick: () => this.toEnd() }, icon("down"));
    this.node = el("div", { class: "conversation" }, this.scroller, this.jump);
    this.listenForMenu();
    const stay = new ResizeObserver(() => this.pinned && this.toEnd());
    stay.observe(this.scroller);
    stay.observe(this.list);
  }

  show(chat) {
    this.chat = chat;
    this.items.clear();
    this.list.replaceChildren();
    this.day = null;
    chat.messages.forEach((message) => this.add(message));
    this.arrange();
    this.toEnd();
  }

  /** Shows a new message or the new form of a known one. */
  put(message) {
    const known = this.items.get(message.id);
    if (known) return this.update(known, message);
    this.add(message).node.classList.add("arriving");
    this.arrange();
    if (message.out || this.pinned) return this.toEnd();
    this.unseen += 1;
    this.jump.dataset.unseen = this.unseen;
    return undefined;
  }

  /** At once, not only when the list is seen to have grown: a scroll in between would be taken for the reader's. */
  update(item, message) {
    const stays = this.pinned;
    item.update(message);
    if (stays) this.toEnd();
  }

  add(message) {
    const item = new MessageItem(message, this.actions, this.chat.type === "group" || message.from.is_bot && this.chat.type === "person");
    const sent = day(message.date);
    if (sent !== this.day) this.list.append(el("li", { class: "service", "data-day": sent }, el("span", {}, sent)));
    this.day = sent;
    this.items.set(message.id, item);
    this.list.append(item.node);
    return item;
  }

  remove(id) {
    this.items.get(id)?.node.remove();
    this.items.delete(id);
    this.arrange();
  }

  /** Marks where a run of messages by one sender begins and ends, and makes the newest the one tab stop. */
  arrange() {
    const nodes = [...this.list.children];
    const joins = (a, b) => a?.dataset.sender !== undefined && a.dataset.sender === b?.dataset.sender;
    nodes.forEach((node, i) => {
      node.classList.toggle("first", !joins(node, nodes[i - 1]));
      node.classList.toggle("last", !joins(node, nodes[i + 1]));
    });
    this.tabStop([...this.items.values()].at(-1)?.node);
  }

  tabStop(node) {
    this.list.querySelectorAll('li[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
    if (node) node.tabIndex = 0;
  }

  settle() {
    this.items.forEach((item) => item.keyboard.settle());
  }

  goTo(id) {
    const node = this.items.get(id)?.node;
    node?.scrollIntoView({ block: "center" });
    node?.focus({ preventScroll: true });
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.onScroll();
  }

  onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.jump.hidden = this.pinned;
    if (!this.pinned) return;
    this.unseen = 0;
    delete this.jump.dataset.unseen;
  }

  /** Up and Down walk the messages; Enter opens the menu of the one in focus. */
  onKey(event) {
    if (!event.target.matches("li")) return;
    const nodes = [...this.items.values()].map((item) => item.node);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const target = step && nodes[nodes.indexOf(event.target) + step];
    if (event.key === "Enter") this.openMenu(event.target, middle(event.target));
    else if (!target) return;
    event.preventDefault();
    if (!target) return;
    this.tabStop(target);
    target.focus();
  }

  /** Right click, the menu key, or a long touch (which some browsers do not report as a context menu). */
  listenForMenu() {
    let timer;
    const stop = () => clearTimeout(timer);
    this.list.addEventListener("contextmenu", (event) => {
      stop();
      const node = event.target.closest("li[data-message-id]");
      if (!node || event.target.closest(".inline-keyboard, a")) return;
      event.preventDefault();
      const byKey = event.clientX === 0 && event.clientY === 0;
      this.openMenu(node, byKey ? middle(node) : { x: event.clientX, y: event.clientY });
    });
    this.list.addEventListener("pointerdown", (event) => {
      const node = event.pointerType === "touch" && !event.target.closest(".inline-keyboard, a") && event.target.closest("li[data-message-id]");
      if (node) timer = setTimeout(() => this.openMenu(node, { x: event.clientX, y: event.clientY }), LONG_PRESS_MS);
    });
    ["pointerup", "pointercancel", "pointermove"].forEach((name) => this.list.addEventListener(name, stop));
  }

  openMenu(node, point) {
    const item = this.items.get(Number(node.dataset.messageId));
    if (item && !item.message.service) this.actions.messageMenu(item.message, point);
  }
}

function middle(node) {
  const box = node.getBoundingClientRect();
  return { x: box.left + box.width / 3, y: box.top + Math.min(box.height / 2, 80) };
}
