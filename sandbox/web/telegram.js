/** The dialog about Telegram itself: how new its server is, and what was switched on with BotFather. */

import * as api from "./api.js";
import { el } from "./dom.js";
import { ask, select, tick } from "./forms.js";
import { icon } from "./icons.js";

const BROUGHT = {
  "10.3": "everything",
  "10.2": "messages for one member, by their first names",
  "10.0": "no messages for one member",
  "9.0": "no guests either",
};
const SWITCHES = {
  guests: "Guest mode: @sixpence_bot in chats it is not in",
  inline: "Inline mode: offers above the keyboard",
  inline_feedback: "Inline feedback: the bot hears what was sent",
};

export function setUpTelegram(opener, world) {
  opener.append(icon("server"), el("span", {}, "Telegram"));
  opener.addEventListener("click", async () => {
    const { features } = await api.world();
    const levels = world.levels.toReversed().map((level) => [level, `${level} · ${BROUGHT[level]}`]);
    const switches = Object.entries(SWITCHES).map(([name, label]) => tick(label, { name, checked: features[name] }));
    ask("This Telegram", [
      select("Its server speaks Bot API", "level", levels, features.level),
      el("fieldset", {}, el("legend", {}, "Switched on with BotFather"), switches),
    ], { action: "Done", name: "telegram", send: (data) => api.arrange(wanted(data)) });
  });
}

function wanted(data) {
  const switches = Object.keys(SWITCHES).map((name) => [name, data.has(name)]);
  return { level: data.get("level"), ...Object.fromEntries(switches) };
}
