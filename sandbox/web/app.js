/** The page: one phone for each person, the tabs of a narrow window, the theme and the ledger drawer. */

import * as api from "./api.js";
import { avatar } from "./avatar.js";
import { button, el } from "./dom.js";
import { fullName } from "./format.js";
import { icon } from "./icons.js";
import { Ledger } from "./ledger.js";
import { setUpNewcomers } from "./newcomer.js";
import { Phone } from "./phone.js";
import { setUpTelegram } from "./telegram.js";

const root = document.documentElement;
const find = (selector) => document.querySelector(selector);

function setUpTheme() {
  const toggle = find('[data-action="theme"]');
  const system = matchMedia("(prefers-color-scheme: dark)");
  const current = () => root.dataset.theme ?? (system.matches ? "dark" : "light");
  const show = () => {
    const other = current() === "dark" ? "light" : "dark";
    toggle.replaceChildren(icon(other));
    toggle.setAttribute("aria-label", `Use the ${other} theme`);
    toggle.title = toggle.getAttribute("aria-label");
  };
  const stored = localStorage.getItem("theme");
  if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  toggle.addEventListener("click", () => {
    root.dataset.theme = current() === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}

function setUpDrawer() {
  const toggle = find('[data-action="ledger"]');
  const drawer = find("#ledger");
  const set = (open) => {
    drawer.hidden = !open;
    toggle.setAttribute("aria-expanded", open);
  };
  toggle.append(icon("ledger"), el("span", {}, "Ledger"));
  toggle.addEventListener("click", () => set(drawer.hidden));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || drawer.hidden || event.defaultPrevented) return;
    if (!drawer.contains(document.activeElement) && document.activeElement !== toggle) return;
    set(false);
    toggle.focus();
  });
}

/** In a narrow window one phone fills the screen; the tabs choose whose. */
function addTab(person, phone) {
  const choose = () => {
    document.querySelectorAll(".person, .tabs button").forEach((node) => node.removeAttribute("aria-current"));
    [tab, phone.node].forEach((node) => node.setAttribute("aria-current", "true"));
    delete tab.dataset.news;
    tab.scrollIntoView({ inline: "nearest", block: "nearest" });
  };
  const tab = button({ "data-tab": person.id, "aria-label": fullName(person), onclick: choose },
    avatar(fullName(person), person.id), el("span", {}, person.first_name));
  find(".tabs").append(tab);
  return { choose, tab };
}

async function main() {
  setUpTheme();
  setUpDrawer();
  const world = await api.world();
  const ledger = new Ledger(find("#ledger"));
  ledger.show(world.ledger);
  const phones = new Map();
  const show = (person) => {
    const onNews = () => {
      if (!phone.node.hasAttribute("aria-current")) entry.tab.dataset.news = true;
    };
    const phone = new Phone(person, world, { onNews, onPeople: () => (arriving ??= meetNewcomers()), onLedger: (books) => ledger.show(books) });
    const entry = addTab(person, phone);
    phones.set(person.id, phone);
    find(".people").append(phone.node);
    phone.connect();
    return entry.choose;
  };
  let arriving = null;
  const meetNewcomers = async () => {
    const { people } = await api.world();
    arriving = null;
    phones.forEach((phone) => phone.meet(people));
    world.people = people;
    people.filter((person) => !phones.has(person.id)).forEach((person) => {
      show(person)();
      phones.get(person.id).node.scrollIntoView({ inline: "end", block: "nearest" });
    });
  };
  setUpNewcomers(find('[data-action="add-person"]'), world);
  setUpTelegram(find('[data-action="telegram"]'), world);
  const choices = world.people.map(show);
  choices[0]?.();
}

main().catch((error) => {
  find(".people").replaceChildren(el("p", { class: "notice", role: "alert" }, `The sandbox does not answer: ${error.message}. Reload to try again.`));
});
