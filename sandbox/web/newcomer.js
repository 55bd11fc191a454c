/** The dialog that adds a person: who they are, what they speak, what their screen and their Telegram are like. */

import * as api from "./api.js";
import { el } from "./dom.js";
import { ask, field, select, tick } from "./forms.js";
import { icon } from "./icons.js";

const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", it: "Italiano", pt: "Português", th: "ไทย", ar: "العربية" };
const THEMES = { "": "As the page", light: "Light", dark: "Dark" };
const OLDER = [["10.0", "10.0 · no messages for one member"], ["9.0", "9.0 · no guests either"]];

export function setUpNewcomers(opener, world) {
  opener.append(icon("add"), el("span", {}, "Add a person"));
  opener.addEventListener("click", () => ask("Add a person", content(world), {
    action: "Add", name: "add-person", send: (data) => api.addPerson(wanted(data)),
  }));
}

function content(world) {
  const newest = world.levels.at(-1);
  const groups = [world.flatmates, world.group].map((group) => tick(group.title, { name: "groups", value: group.id, checked: true }));
  return [
    el("div", { class: "pair" }, field("First name", "first_name", { required: true, maxlength: 64 }), field("Last name", "last_name", { maxlength: 64 })),
    field("Username", "username", { placeholder: "none", maxlength: 32, pattern: "[A-Za-z][A-Za-z0-9_]{2,31}", title: "3 to 32 letters, digits and _" }),
    el("div", { class: "pair" }, select("Language", "language", Object.entries(LANGUAGES)), select("Screen", "theme", Object.entries(THEMES))),
    select("Their Telegram", "level", [[newest, `${newest} · everything`], ...OLDER]),
    el("fieldset", {}, el("legend", {}, "In the groups"), groups),
  ];
}

function wanted(data) {
  const fields = Object.fromEntries([...data].filter(([name, value]) => name !== "groups" && value.trim()));
  return { ...fields, groups: data.getAll("groups").map(Number) };
}
