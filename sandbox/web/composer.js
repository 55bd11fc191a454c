/**
 * The foot of a phone: text field with command menu and reply keyboard, or one wide button where nothing may be
 * written (Start, Unblock).
 */

import { CommandList } from "./commands.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { replyKeyboard } from "./keyboard.js";

export class Composer {
  constructor(actions, person) {
    this.actions = actions;
    this.commands = new CommandList(`commands-${person.id}`, (text) => this.sendCommand(text));
    this.context = null;
    this.field = el("textarea", {
      rows: "1", maxlength: "4096", placeholder: "Message", dir: "auto", autocomplete: "off", "data-field": "text", role: "combobox",
      "aria-label": `Message as ${person.first_name}`, "aria-controls": this.commands.node.id, "aria-expanded": "false",
      "aria-autocomplete": "list",
      oninput: () => this.onInput(), onkeydown: (event) => this.onKey(event),
    });
    const tool = (name, shape, label, act) => button({ class: "tool", "data-action": name, "aria-label": label, title: label, onclick: act }, icon(shape));
    this.menuButton = tool("menu", "menu", "Commands", () => this.toggleCommands());
    this.trayButton = tool("keyboard", "keyboard", "Show or hide the bot's keyboard", () => this.toggleTray());
    this.attachButton = tool("attach", "person", "Share a contact", () => actions.shareContact());
    this.sendButton = el("button", { type: "submit", class: "send", "data-action": "send", "aria-label": "Send", title: "Send", disabled: true }, icon("send"));
    this.banner = el("div", { class: "banner", hidden: true });
    this.form = el("form", { class: "composer", onsubmit: (event) => this.onSubmit(event) },
      el("div", { class: "field" }, this.menuButton, this.field, this.trayButton, this.attachButton),
      this.sendButton);
    this.wide = button({ class: "wide", onclick: () => this.pressWide() });
    this.tray = el("div", { class: "reply-keyboard", role: "group", "aria-label": "Answers", hidden: true });
    this.node = el("footer", { class: "foot" }, this.commands.node, this.banner, this.form, this.wide, this.tray);
  }

  /** Fits the foot to a chat; `start` is true while a deep link waits for the Start button. */
  show(chat, start) {
    const hadFocus = this.wide.matches(":focus-visible");
    const mode = chat.blocked ? "unblock" : start || (chat.type === "private" && !chat.started) ? "start" : "write";
    this.form.hidden = mode !== "write";
    this.wide.hidden = mode === "write";
    this.wide.dataset.action = mode;
    this.wide.textContent = mode === "start" ? "Start" : "Unblock Sixpence";
    this.commands.commands = chat.type === "private" ? chat.commands : [];
    this.menuButton.hidden = this.commands.commands.length === 0;
    this.showTray(mode === "write" ? chat.reply_keyboard : null);
    if (hadFocus && mode === "write") this.field.focus();
  }

  pressWide() {
    if (this.wide.dataset.action === "start") this.actions.start();
    else this.actions.block(false);
  }

  showTray(markup) {
    const changed = JSON.stringify(markup) !== JSON.stringify(this.markup);
    this.markup = markup;
    const rows = markup?.keyboard ?? [];
    this.trayButton.hidden = rows.length === 0;
    this.field.placeholder = markup?.input_field_placeholder || "Message";
    if (!changed) return;
    this.setTray(rows.length > 0);
    this.tray.replaceChildren(...replyKeyboard(rows, (entry) => this.answer(entry)));
  }

  answer(entry) {
    if (this.markup.one_time_keyboard) this.setTray(false);
    this.actions.answer(entry);
  }

  toggleTray() {
    this.setTray(this.tray.hidden);
  }

  setTray(open) {
    if (!open && this.tray.querySelector(":focus-visible")) this.field.focus();
    this.tray.hidden = !open;
    this.trayButton.setAttribute("aria-expanded", open);
  }

  /** Shows what the next text will be: `{kind: "reply" | "edit", message}`; null for a plain message. */
  setContext(context) {
    const leavingEdit = this.context?.kind === "edit";
    this.context = context;
    this.banner.hidden = !context;
    if (context) {
      const title = context.kind === "edit" ? "Edit message" : `Reply to ${context.message.from.name}`;
      this.banner.replaceChildren(icon(context.kind),
        el("div", { class: "row-text" }, el("b", {}, title), el("small", { dir: "auto" }, context.message.text || "Message")),
        button({ class: "round", "aria-label": "Cancel", onclick: () => this.setContext(null) }, icon("close")));
    }
    if (context?.kind === "edit") this.field.value = context.message.text;
    else if (leavingEdit) this.field.value = "";
    this.onInput();
    if (context) this.field.focus();
  }

  onInput() {
    const text = this.field.value;
    if (/^\/\w*$/u.test(text)) this.commands.filter(text);
    else this.commands.close();
    this.sendButton.disabled = text.trim() === "";
    this.announceCommands();
  }

  onKey(event) {
    if (event.isComposing) return;
    if (this.commands.onKey(event.key)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) this.onSubmit(event);
    else if (event.key === "Escape" && this.context) this.setContext(null);
    this.announceCommands();
  }

  onSubmit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const { context } = this;
    this.field.value = "";
    this.context = null;
    this.setContext(null);
    this.field.focus();
    this.actions.submit(text, context);
  }

  sendCommand(text) {
    this.field.value = "";
    this.onInput();
    this.field.focus();
    this.actions.say(text);
  }

  toggleCommands() {
    if (this.commands.open) this.commands.close();
    else this.commands.filter("/");
    this.field.focus();
    this.announceCommands();
  }

  announceCommands() {
    this.field.setAttribute("aria-expanded", this.commands.open);
    this.menuButton.setAttribute("aria-expanded", this.commands.open);
    this.field.setAttribute("aria-activedescendant", this.commands.activeId ?? "");
  }
}
