/** The dialog that adds a person: who they are, what they speak, what their screen and their Telegram are like. */

import * as api from "./api.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";

const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", it: "Italiano", pt: "Português", th: "ไทย", ar: "العربية" };
const THEMES = { "": "As the page", light: "Light", dark: "Dark" };
const LEVELS = { 10.2: "10.2 · everything", "10.0": "10.0 · no messages for one member", "9.0": "9.0 · no guests either" };

export function setUpNewcomers(opener, world) {
  opener.append(icon("add"), el("span", {}, "Add a person"));
  opener.addEventListener("click", () => {
    const dialog = el("dialog", { class: "newcomer", "aria-label": "Add a person", onclose: () => dialog.remove() });
    dialog.append(form(world, () => dialog.close()));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function form(world, close) {
  const complaint = el("p", { class: "complaint", role: "alert", hidden: true });
  const groups = [world.flatmates, world.group].map((group) => el("label", { class: "tick" },
    el("input", { type: "checkbox", name: "groups", value: group.id, checked: true }), group.title));
  const onsubmit = async (event) => {
    event.preventDefault();
    try {
      await api.addPerson(wanted(new FormData(event.target)));
      close();
    } catch (error) {
      complaint.textContent = error.message;
      complaint.hidden = false;
    }
  };
  return el("form", { onsubmit },
    el("h2", {}, "Add a person"),
    el("div", { class: "pair" }, field("First name", "first_name", { required: true, maxlength: 64 }), field("Last name", "last_name", { maxlength: 64 })),
    field("Username", "username", { placeholder: "none", maxlength: 32, pattern: "[A-Za-z][A-Za-z0-9_]{2,31}", title: "3 to 32 letters, digits and _" }),
    el("div", { class: "pair" }, select("Language", "language", LANGUAGES), select("Screen", "theme", THEMES)),
    select("Their Telegram", "level", LEVELS),
    el("fieldset", {}, el("legend", {}, "In the groups"), groups),
    complaint,
    el("div", { class: "dialog-actions" },
      button({ onclick: close }, "Cancel"),
      el("button", { type: "submit", "data-action": "add-person-done" }, "Add")));
}

function wanted(data) {
  const fields = Object.fromEntries([...data].filter(([name, value]) => name !== "groups" && value.trim()));
  return { ...fields, groups: data.getAll("groups").map(Number) };
}

const field = (label, name, attributes) =>
  el("label", {}, label, el("input", { name, autocomplete: "off", ...attributes }));

function select(label, name, choices) {
  const order = Object.keys(choices).sort((a, b) => (name === "level" ? b.localeCompare(a, "en", { numeric: true }) : 0));
  return el("label", {}, label, el("select", { name }, order.map((value) => el("option", { value }, choices[value]))));
}
