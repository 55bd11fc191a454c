/** One message of a chat as a list item: bubble, buttons under it, or a centred pill for a service message. */

import { avatar } from "./avatar.js";
import { button, el } from "./dom.js";
import { rendered } from "./entities.js";
import { clock, fileSize, followable, hue, initials } from "./format.js";
import { icon } from "./icons.js";
import { InlineKeyboard } from "./keyboard.js";

export class MessageItem {
  /** `inGroup` shows who speaks. */
  constructor(message, actions, inGroup) {
    this.actions = actions;
    this.inGroup = inGroup;
    this.node = el("li", { "data-message-id": message.id, tabindex: "-1" });
    this.keyboard = new InlineKeyboard((definition, row, column) =>
      actions.press(this.message, this.keyboard, definition, row, column));
    this.update(message);
  }

  update(message) {
    this.message = message;
    if (message.service) return this.showService();
    const side = message.out ? "out" : "in";
    this.node.classList.add("message", side);
    this.node.classList.toggle("ephemeral", message.ephemeral);
    this.node.dataset.sender = message.from.id;
    this.keyboard.update(message.inline_keyboard);
    const bubble = this.bubble();
    if (this.node.childElementCount) this.node.querySelector(".bubble").replaceWith(bubble);
    else this.node.append(...this.portrait(), el("div", { class: "stack" }, bubble, this.keyboard.node));
    return undefined;
  }

  showService() {
    this.node.className = "service";
    this.node.replaceChildren(el("span", { dir: "auto" }, this.message.service));
  }

  portrait() {
    const { from, out } = this.message;
    return this.inGroup && !out ? [avatar(from.name, from.id, from.id === this.actions.phone.bot.id)] : [];
  }

  bubble() {
    const { message } = this;
    return el("div", { class: message.photo ? "bubble with-photo" : "bubble" },
      this.sender(),
      message.ephemeral && el("div", { class: "whisper", "data-ephemeral": true }, icon("eye"), message.out ? "Only you and Sixpence see this" : "Only you see this"),
      message.asked_by && el("div", { class: "forwarded", dir: "auto" }, `Called by ${message.asked_by}`),
      message.via_bot && message.out && el("div", { class: "forwarded", "data-via": message.via_bot }, `via @${message.via_bot}`),
      message.forward && el("div", { class: "forwarded" }, message.forward),
      this.quote(),
      this.photo(),
      this.file(),
      this.contact(),
      el("div", { class: "text", dir: "auto" },
        el("span", { "data-text": true }, rendered(message.text ?? "", message.entities, this.actions)),
        this.meta()));
  }

  sender() {
    const { from, out } = this.message;
    const shown = this.inGroup && !out;
    const via = this.message.via_bot && !out;
    return el("div", { class: shown || via ? `sender ink-${hue(from.id)}` : "unseen", dir: "auto" }, out ? "You" : from.name,
      via && el("small", { "data-via": this.message.via_bot }, ` via @${this.message.via_bot}`));
  }

  quote() {
    const quoted = this.message.reply_to;
    if (!quoted) return null;
    const attributes = { class: "quote", "data-reply-to": quoted.id, onclick: () => this.actions.phone.conversation.goTo(quoted.id) };
    return button(attributes, el("b", { dir: "auto" }, quoted.name), el("span", { dir: "auto" }, quoted.text || "Message"));
  }

  photo() {
    const url = this.message.photo && followable(new URL(this.message.photo, location.href).href);
    return url && el("a", { class: "photo", href: url.href, target: "_blank", rel: "noopener" },
      el("img", { src: url.href, alt: this.message.text ? "Photo" : "Photo without a caption" }));
  }

  file() {
    const { document: file } = this.message;
    const url = file && followable(new URL(file.url, location.href).href);
    return url && el("a", { class: "attachment", href: url.href, download: file.name, target: "_blank", rel: "noopener" },
      el("span", { class: "disc" }, icon("file")),
      el("span", { class: "row-text" }, el("b", {}, file.name), el("small", {}, fileSize(file.size))));
  }

  contact() {
    const { contact } = this.message;
    if (!contact) return null;
    const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
    return el("div", { class: "attachment", "data-contact-card": contact.user_id },
      el("span", { class: `avatar hue-${hue(contact.user_id ?? 0)}`, "aria-hidden": "true" }, initials(name)),
      el("span", { class: "row-text" }, el("b", { dir: "auto" }, name), el("small", {}, contact.phone_number ?? "Contact")));
  }

  meta() {
    const { message } = this;
    return el("span", { class: "meta" },
      message.edited && el("span", { "data-edited": true }, "edited"),
      el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)),
      message.out && el("span", { class: "ticks", role: "img", "aria-label": "Delivered" }, icon("ticks")));
  }
}
