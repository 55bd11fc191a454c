/**
 * The foot of a phone: text field with commands, mentions, inline results and reply keyboard, or one wide button where
 * nothing may be written (Start, Unblock, a group that was upgraded).
 */

import { ChoiceList, commandChoices, peopleChoices } from "./choices.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { Inline } from "./inline.js";
import { replyKeyboard } from "./keyboard.js";

export class Composer {
  constructor(actions, person) {
    this.actions = actions;
    this.choices = new ChoiceList(`choices-${person.id}`);
    this.inline = new Inline(actions, this.choices, {
      take: () => this.empty(),
      openBot: (parameter) => {
        this.empty();
        actions.openBot(parameter);
      },
    });
    this.context = null;
    this.mentioned = [];
    this.disguised = null;
    this.field = el("textarea", {
      rows: "1", maxlength: "4096", placeholder: "Message", dir: "auto", autocomplete: "off", "data-field": "text", role: "combobox",
      "aria-label": `Message as ${person.first_name}`, "aria-controls": this.choices.node.id, "aria-expanded": "false",
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
    this.node = el("footer", { class: "foot" }, this.choices.node, this.banner, this.form, this.wide, this.tray);
  }

  /** Fits the foot to a chat; `start` is true while a deep link waits for the Start button; `people` can be mentioned. */
  show(chat, start, people) {
    const hadFocus = this.wide.matches(":focus-visible");
    const mode = modeOf(chat, start);
    if (chat.id !== this.chat?.id) this.disguised = null;
    this.chat = chat;
    this.people = people.filter((person) => chat.members?.includes(person.id));
    this.form.hidden = mode !== "write";
    this.wide.hidden = mode === "write";
    this.wide.dataset.action = mode;
    this.wide.textContent = { start: "Start", unblock: "Unblock Sixpence", moved: "Go to the supergroup" }[mode] ?? "";
    this.menuButton.hidden = chat.commands.length === 0;
    this.showTray(mode === "write" ? chat.reply_keyboard : null);
    if (hadFocus && mode === "write") this.field.focus();
  }

  pressWide() {
    const mode = this.wide.dataset.action;
    if (mode === "start") this.actions.start();
    else if (mode === "moved") this.actions.phone.openChat(this.chat.upgraded_to);
    else this.actions.block(false);
  }

  showTray(markup) {
    const changed = JSON.stringify(markup) !== JSON.stringify(this.markup);
    this.markup = markup;
    const rows = markup?.keyboard ?? [];
    this.trayButton.hidden = rows.length === 0;
    this.field.placeholder = markup?.input_field_placeholder || this.invitation();
    if (!changed) return;
    this.setTray(rows.length > 0);
    this.tray.replaceChildren(...replyKeyboard(rows, (entry) => this.answer(entry)));
  }

  /** In a supergroup its owner may seem to be the group itself, or a channel; null is oneself. */
  disguise(disguised) {
    this.disguised = disguised;
    this.field.placeholder = this.invitation();
    this.field.focus();
  }

  invitation() {
    this.form.toggleAttribute("data-disguised", Boolean(this.disguised));
    return { anonymous_admin: `Message as ${this.chat.title}`, channel: "Message as a channel" }[this.disguised] ?? "Message";
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
    const asked = this.inline.onInput(text);
    const named = /(?:^|\s)@(\w*)$/u.exec(text)?.[1];
    if (/^\/\w*$/u.test(text)) this.choices.show(commandChoices(this.chat?.commands ?? [], text, (name) => this.sendCommand(name)));
    else if (named !== undefined) this.choices.show(peopleChoices(this.people ?? [], named, (person) => this.mention(person)));
    else if (!asked) this.choices.close();
    this.sendButton.disabled = text.trim() === "";
    this.announceChoices();
  }

  /** Puts a person's username where `@` was typed, or their name, which then links to their account. */
  mention(person) {
    const word = person.username ? `@${person.username}` : person.first_name;
    this.field.value = this.field.value.replace(/@\w*$/u, `${word} `);
    if (!person.username) this.mentioned.push(person);
    this.onInput();
    this.field.focus();
  }

  /** Where the names of those mentioned stand, in UTF-16 units as JavaScript counts; one that was deleted is none. */
  mentions(text) {
    let from = 0;
    return this.mentioned.flatMap((person) => {
      const offset = text.indexOf(person.first_name, from);
      if (offset < 0) return [];
      from = offset + person.first_name.length;
      return [{ offset, length: person.first_name.length, user_id: person.id }];
    });
  }

  empty() {
    this.field.value = "";
    this.mentioned = [];
    this.onInput();
    this.field.focus();
  }

  onKey(event) {
    if (event.isComposing) return;
    if (this.choices.onKey(event.key)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) this.onSubmit(event);
    else if (event.key === "Escape" && this.context) this.setContext(null);
    this.announceChoices();
  }

  onSubmit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const { context } = this;
    const mentions = this.mentions(text);
    this.field.value = "";
    this.mentioned = [];
    this.context = null;
    this.setContext(null);
    this.field.focus();
    this.actions.submit(text, context, { mentions, disguise: this.disguised });
  }

  /** In a group a command says whose it is. */
  sendCommand(name) {
    this.empty();
    this.actions.say(this.chat.type === "group" ? `/${name}@${this.actions.phone.bot.username}` : `/${name}`);
  }

  toggleCommands() {
    if (this.choices.open) this.choices.close();
    else this.choices.show(commandChoices(this.chat.commands, "/", (name) => this.sendCommand(name)));
    this.field.focus();
    this.announceChoices();
  }

  announceChoices() {
    this.field.setAttribute("aria-expanded", this.choices.open);
    this.menuButton.setAttribute("aria-expanded", this.choices.open);
    this.field.setAttribute("aria-activedescendant", this.choices.activeId ?? "");
  }
}

function modeOf(chat, start) {
  if (chat.upgraded_to) return "moved";
  if (chat.blocked) return "unblock";
  return start || (chat.type === "private" && !chat.started) ? "start" : "write";
}
