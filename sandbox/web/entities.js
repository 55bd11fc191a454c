/**
 * Telegram's message entities as elements. Offsets count UTF-16 units, which is how JavaScript counts too.
 * Links are followed only where `followable` allows it; everything else stays text.
 */

import { el } from "./dom.js";
import { followable } from "./format.js";

/**
 * Nodes for `text`. `actions.open(url, label)` follows a link and `actions.say(text)` sends a tapped command.
 * An entity that starts inside another is nested; one that crosses an earlier one's end is clipped to it.
 */
export function rendered(text, entities, actions) {
  const ordered = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, ordered, 0, text.length, actions);
}

function span(text, entities, from, to, actions) {
  const nodes = [];
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to) continue;
    nodes.push(text.slice(at, entity.offset));
    const inner = span(text, entities.slice(i + 1), entity.offset, end, actions);
    nodes.push(wrapped(entity, inner, text.slice(entity.offset, end), actions));
    // A block ends its line by itself; the line break after it would show as an empty line.
    at = BLOCKS.includes(entity.type) && text[end] === "\n" ? end + 1 : end;
  }
  nodes.push(text.slice(at, to));
  return nodes.filter((node) => node !== "");
}

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote" };
const BLOCKS = ["pre", "blockquote", "expandable_blockquote"];
const TINTED = ["mention", "text_mention", "hashtag", "cashtag", "email", "phone_number"];

function wrapped(entity, inner, source, actions) {
  if (TAGS[entity.type]) return el(TAGS[entity.type], {}, inner);
  if (TINTED.includes(entity.type)) return el("span", { class: "tinted" }, inner);
  if (entity.type === "spoiler") return spoiler(inner);
  if (entity.type === "url" || entity.type === "text_link") return link(entity.url ?? source, source, inner, actions);
  if (entity.type === "bot_command") return tappable("Send", inner, () => actions.say(source));
  return el("span", {}, inner);
}

function link(address, source, inner, actions) {
  const url = followable(address);
  if (!url) return el("span", {}, inner);
  const follow = (event) => {
    event.preventDefault();
    actions.open(url, source);
  };
  return el("a", { href: url.href, rel: "noopener noreferrer", target: "_blank", onclick: follow }, inner);
}

function spoiler(inner) {
  const hidden = tappable("Reveal hidden text", el("span", { "aria-hidden": "true" }, inner), () => {
    hidden.replaceWith(el("span", {}, inner));
  });
  hidden.className = "spoiler";
  hidden.setAttribute("aria-label", "Hidden text, press to reveal");
  return hidden;
}

/** An inline control that may hold other inline elements, which a real button may not. */
function tappable(title, inner, act) {
  const onKey = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
  return el("span", { class: "tinted tappable", role: "button", tabindex: "0", title, onclick: act, onkeydown: onKey }, inner);
}
