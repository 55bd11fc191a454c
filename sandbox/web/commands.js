/** The list of the bot's commands over the composer: filtered while typing, walked with the arrows. */

import { button, el } from "./dom.js";

export class CommandList {
  /** `choose("/name")` sends a command. */
  constructor(id, choose) {
    this.choose = choose;
    this.commands = [];
    this.node = el("div", { id, class: "commands", role: "listbox", "aria-label": "Commands", hidden: true });
  }

  get open() {
    return !this.node.hidden;
  }

  get activeId() {
    return this.open ? this.node.querySelector('[aria-selected="true"]')?.id : undefined;
  }

  close() {
    this.node.hidden = true;
  }

  /** Shows the commands that begin with `typed` ("/se"); nothing when none does. */
  filter(typed) {
    const prefix = typed.slice(1).toLowerCase();
    const matching = this.commands.filter(({ command }) => command.startsWith(prefix));
    this.node.replaceChildren(...matching.map(({ command, description }, i) => button(
      { role: "option", id: `${this.node.id}-${command}`, tabindex: "-1", "data-command": command,
        "aria-selected": i === 0 ? "true" : "false", onclick: () => this.choose(`/${command}`) },
      el("b", {}, `/${command}`), el("span", {}, description))));
    this.node.hidden = matching.length === 0;
  }

  /** Handles a key typed in the text field; true when it was meant for the list. */
  onKey(key) {
    const options = [...this.node.children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!this.open || !(step || ["Enter", "Tab", "Escape"].includes(key))) return false;
    if (key === "Escape") this.close();
    else if (!step) options[at].click();
    else this.select(options, (at + step + options.length) % options.length);
    return true;
  }

  select(options, at) {
    options.forEach((option, i) => option.setAttribute("aria-selected", i === at ? "true" : "false"));
    options[at].scrollIntoView({ block: "nearest" });
  }
}
