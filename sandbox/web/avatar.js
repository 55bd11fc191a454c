/** Round portraits: initials on a colour of their own, and the coin for the bot. */

import { el } from "./dom.js";
import { hue, initials } from "./format.js";

/** Decoration only: the name always stands beside it. */
export const avatar = (name, id, isBot = false) =>
  el("span", { class: isBot ? "avatar avatar-bot" : `avatar hue-${hue(id)}`, "aria-hidden": "true" }, isBot ? "" : initials(name));
