/**
 * The two kinds of keyboard a bot can show: buttons under a message, and a tray that replaces the typing keyboard.
 *
 * Buttons under a message are patched in place while the grid keeps its shape, so that a quick second press is not lost
 * to a redraw and the focus stays where it was.
 */

import { button, el } from "./dom.js";

/** A press nobody answers stops looking busy after this long. */
const BUSY_MS = 10_000;

export class InlineKeyboard {
  /** `press(definition, row, column)` is called for each press, in order. */
  constructor(press) {
    this.press = press;
    this.rows = [];
    this.node = el("div", { class: "inline-keyboard", role: "group", "aria-label": "Buttons", onkeydown: (event) => this.onKey(event) });
  }

  /** Shows `rows` (null: none). */
  update(rows) {
    const shape = (grid) => grid.map((row) => row.length).join();
    const reshaped = shape(rows ?? []) !== shape(this.rows);
    const focused = this.positionOf(document.activeElement);
    this.rows = rows ?? [];
    if (reshaped) this.rebuild();
    this.rows.forEach((row, r) => row.forEach((definition, c) => this.label(this.at(r, c), definition)));
    this.node.hidden = this.rows.length === 0;
    this.settle();
    if (reshaped && focused) (this.at(...focused) ?? this.buttons().at(-1))?.focus({ preventScroll: true });
  }

  rebuild() {
    this.node.replaceChildren(...this.rows.map((row, r) =>
      el("div", { class: "inline-row" }, row.map((_, c) => this.key(r, c)))));
    if (this.buttons()[0]) this.buttons()[0].tabIndex = 0;
  }

  key(row, column) {
    let aimed = null;
    const key = button({ "data-button": `${row},${column}`, tabindex: "-1" }, el("span", {}));
    // A button that changes its meaning between finger down and finger up has not been pressed.
    key.addEventListener("pointerdown", () => { aimed = this.rows[row][column].text; });
    key.addEventListener("click", (event) => {
      const definition = this.rows[row][column];
      if (event.detail > 0 && aimed !== null && aimed !== definition.text) return;
      this.activate(key, definition, row, column);
    });
    key.addEventListener("focus", () => this.buttons().forEach((other) => { other.tabIndex = other === key ? 0 : -1; }));
    return key;
  }

  activate(key, definition, row, column) {
    if (definition.kind === "callback") {
      key.setAttribute("aria-busy", "true");
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.settle(), BUSY_MS);
    }
    this.press(definition, row, column);
  }

  label(key, definition) {
    key.firstElementChild.textContent = definition.text;
    key.dataset.kind = definition.kind;
  }

  /** The bot has answered: no button is busy any more. */
  settle() {
    clearTimeout(this.timer);
    this.buttons().forEach((key) => key.removeAttribute("aria-busy"));
  }

  /** Arrows walk the grid; a typed digit or Backspace presses the button of that name, as on a real keypad. */
  onKey(event) {
    const position = this.positionOf(event.target);
    if (!position || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = position;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const target = step ? this.nearest(row + step[0], column + step[1]) : this.named(event.key);
    if (!target) return;
    event.preventDefault();
    target.focus();
    if (!step) target.click();
  }

  named(key) {
    const names = key === "Backspace" ? ["⌫", "←", "Delete"] : [key];
    if (key !== "Backspace" && !/^\d$/u.test(key)) return undefined;
    return this.buttons().find((candidate) => names.some((name) => candidate.textContent.trim() === name));
  }

  nearest(row, column) {
    const cells = this.rows[row];
    return cells && this.at(row, Math.min(Math.max(column, 0), cells.length - 1));
  }

  buttons() {
    return [...this.node.querySelectorAll("button")];
  }

  at(row, column) {
    return this.node.children[row]?.children[column];
  }

  positionOf(element) {
    const key = this.node.contains(element) ? element.closest("[data-button]") : null;
    return key ? key.dataset.button.split(",").map(Number) : null;
  }
}

/** The tray under the composer; `rows` as in Telegram's ReplyKeyboardMarkup. */
export function replyKeyboard(rows, press) {
  return rows.map((row, r) =>
    el("div", { class: "reply-row" }, row.map((entry, c) => {
      const definition = typeof entry === "string" ? { text: entry } : entry;
      return button({ "data-button": `${r},${c}`, onclick: () => press(definition) }, definition.text);
    })));
}
