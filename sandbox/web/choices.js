/**
 * What opens over the composer while one types: the bot's commands, people to mention, or results of inline mode.
 * Walked with the arrows, taken with Enter.
 */

import { button, el } from "./dom.js";

export class ChoiceList {
  constructor(id) {
    this.node = el("div", { id, class: "commands", role: "listbox", "aria-label": "Suggestions", hidden: true });
  }

  get open() {
    return !this.node.hidden;
  }

  get activeId() {
    return this.open ? this.node.querySelector('[aria-selected="true"]')?.id : undefined;
  }

  close() {
    this.node.hidden = true;
    this.node.classList.remove("results");
  }

  /** Shows `items`: `{key, name, detail, act, data}`; nothing where there are none. `results`: wider, two lines each. */
  show(items, { results = false } = {}) {
    this.node.classList.toggle("results", results);
    this.node.replaceChildren(...items.map((item, i) => button(
      { role: "option", id: `${this.node.id}-${item.key}`, tabindex: "-1", ...item.data,
        "aria-selected": i === 0 ? "true" : "false", onclick: item.act },
      el("b", { dir: "auto" }, item.name), el("span", { dir: "auto" }, item.detail))));
    this.node.hidden = items.length === 0;
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

/** The commands that begin with `typed` ("/se"). */
export function commandChoices(commands, typed, act) {
  const prefix = typed.slice(1).toLowerCase();
  return commands.filter(({ command }) => command.startsWith(prefix)).map(({ command, description }) => (
    { key: command, name: `/${command}`, detail: description, act: () => act(command), data: { "data-command": command } }));
}

/** The people whose name or username begins with `typed`. */
export function peopleChoices(people, typed, act) {
  const prefix = typed.toLowerCase();
  const begins = (person) => [person.first_name, person.username].some((word) => word?.toLowerCase().startsWith(prefix));
  return people.filter(begins).map((person) => (
    { key: person.id, name: [person.first_name, person.last_name].join(" ").trim(), detail: person.username ? `@${person.username}` : "no username",
      act: () => act(person), data: { "data-mention": person.id } }));
}
