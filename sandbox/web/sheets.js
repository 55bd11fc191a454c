/** What opens over one phone: alerts, pickers and menus. The rest of that phone is inert meanwhile; other phones are not. */

import { button, el } from "./dom.js";
import { fullName } from "./format.js";
import { avatar } from "./avatar.js";
import { icon } from "./icons.js";

export class Sheets {
  /** `surface` is the part of the phone that lies under a sheet. */
  constructor(surface) {
    this.surface = surface;
    this.node = el("div", { class: "sheets" });
  }

  /**
   * Opens a sheet and resolves with what it was closed with; null for Escape or a press beside it.
   * `build(close)` returns the content.
   */
  ask(attributes, build) {
    const returnTo = document.activeElement;
    return new Promise((resolve) => {
      const backdrop = el("div", { class: "backdrop" });
      const close = (value = null) => {
        if (!backdrop.isConnected) return;
        const focused = backdrop.contains(document.activeElement);
        backdrop.remove();
        this.surface.inert = this.node.childElementCount > 0;
        if (focused && returnTo?.isConnected) returnTo.focus({ preventScroll: true });
        resolve(value);
      };
      backdrop.append(el("div", { role: "dialog", tabindex: "-1", ...attributes }, build(close)));
      // The finger that opened a sheet by a long touch is lifted over it; only a press that began here counts.
      let began = null;
      backdrop.addEventListener("pointerdown", (event) => { began = event.target; });
      backdrop.addEventListener("click", (event) => event.detail > 0 && !began && event.stopPropagation(), true);
      backdrop.addEventListener("click", (event) => began === backdrop && event.target === backdrop && close());
      backdrop.addEventListener("keydown", (event) => event.key === "Escape" && close());
      this.reveal(backdrop);
    });
  }

  /** A sheet takes the focus only from its own phone: another person may be typing next door. */
  reveal(backdrop) {
    const mine = this.surface.parentElement.contains(document.activeElement) || document.activeElement === document.body;
    this.surface.inert = true;
    this.node.append(backdrop);
    if (mine) (backdrop.querySelector("[data-first]") ?? backdrop.firstElementChild).focus();
  }

  alert(text) {
    return this.ask({ class: "dialog", role: "alertdialog", "aria-label": "Sixpence says", "data-sheet": "alert" }, (close) => [
      el("p", { dir: "auto" }, text),
      el("div", { class: "dialog-actions" }, button({ "data-first": true, onclick: () => close(true) }, "OK")),
    ]);
  }

  confirmLink(address) {
    return this.ask({ class: "dialog", "aria-label": "Open this link?", "data-sheet": "link" }, (close) => [
      el("p", {}, "Open this link?"),
      el("p", { class: "address" }, address),
      el("div", { class: "dialog-actions" },
        button({ onclick: () => close() }, "Cancel"),
        button({ "data-first": true, onclick: () => close(true) }, "Open")),
    ]);
  }

  /** Resolves with the ids chosen among `people`, at most `limit`; one person is chosen with one press. */
  pickPeople(people, title, limit) {
    const chosen = new Set();
    return this.ask({ class: "sheet", "aria-label": title, "data-sheet": "contacts" }, (close) => {
      const done = button({ class: "primary", disabled: true, "data-action": "done", onclick: () => close([...chosen]) }, "Done");
      const toggle = (person, row) => {
        if (limit === 1) return close([person.id]);
        if (!chosen.delete(person.id) && chosen.size < limit) chosen.add(person.id);
        row.setAttribute("aria-pressed", chosen.has(person.id));
        done.disabled = chosen.size === 0;
        return undefined;
      };
      const rows = people.map((person, i) => this.contactRow(person, limit > 1, i === 0, toggle));
      return [this.titleBar(title, close), el("ul", { class: "rows" }, rows), limit > 1 && done];
    });
  }

  contactRow(person, multiple, first, toggle) {
    const row = button(
      { class: "row", "data-contact": person.id, "data-first": first, "aria-pressed": multiple ? "false" : null, onclick: () => toggle(person, row) },
      avatar(fullName(person), person.id),
      el("span", { class: "row-text" },
        el("b", {}, fullName(person)),
        el("small", {}, person.username ? `@${person.username}` : "no username")),
      multiple && icon("check"),
    );
    return el("li", {}, row);
  }

  /** Resolves with the id of the chat to forward to. */
  pickChat(chats) {
    return this.ask({ class: "sheet", "aria-label": "Forward to…", "data-sheet": "forward" }, (close) => [
      this.titleBar("Forward to…", close),
      el("ul", { class: "rows" }, chats.map((chat, i) =>
        el("li", {}, button(
          { class: "row", "data-forward-to": chat.id, "data-first": i === 0, onclick: () => close(chat.id) },
          avatar(chat.title, chat.id, chat.type === "private"),
          el("span", { class: "row-text" }, el("b", {}, chat.title)))))),
    ]);
  }

  titleBar(title, close) {
    return el("div", { class: "sheet-title" },
      el("h3", {}, title),
      button({ class: "round", "aria-label": "Close", onclick: () => close() }, icon("close")));
  }

  /** A menu at a point of the window; `items` are `{name, icon, label}`. Resolves with the name chosen. */
  menu(label, point, items) {
    const frame = this.surface.getBoundingClientRect();
    const answer = this.ask({ class: "menu", role: "menu", "aria-label": label, "data-sheet": "menu" }, (close) =>
      items.map((item, i) => button(
        { role: "menuitem", "data-action": item.name, "data-first": i === 0, onclick: () => close(item.name) },
        icon(item.icon), item.label)));
    const menu = this.node.lastElementChild.firstElementChild;
    menu.addEventListener("keydown", (event) => stepFocus(event, [...menu.children]));
    menu.style.left = `${clamp(point.x - frame.left, frame.width - menu.offsetWidth)}px`;
    menu.style.top = `${clamp(point.y - frame.top, frame.height - menu.offsetHeight)}px`;
    return answer;
  }
}

const clamp = (wanted, limit) => Math.max(8, Math.min(wanted, limit - 8));

function stepFocus(event, stops) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  stops.at((stops.indexOf(document.activeElement) + step) % stops.length).focus();
}
