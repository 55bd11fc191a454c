/** How names, times, sizes and links are shown. Pure functions. */

const HUES = 7;

export const fullName = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

/** One or two capitals for an avatar: "Ana Moreno" is AM. */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toLocaleUpperCase()).join("") || "?";
}

/** A stable colour number for an id, 0 to 6; negative ids are groups. */
export const hue = (id) => Math.abs(id) % HUES;

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

export function day(seconds) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date().toDateString()) return "Today";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** "482915" is easier to type when read as "482 915". */
export const spacedPin = (pin) => String(pin).replace(/^(\d{3})(\d{3})$/u, "$1 $2");

/** The URL if it may be followed (http, https or tg), otherwise null. A bare "t.me/x" counts as https. */
export function followable(address) {
  const text = /^[a-z][a-z0-9+.-]*:/iu.test(address) ? address : `https://${address}`;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return ["http:", "https:", "tg:"].includes(url.protocol) ? url : null;
}

/** What a t.me or tg://resolve link opens: `{username, start}`, or null for every other link. */
export function deepLink(url) {
  const domain = url.protocol === "tg:" ? url.searchParams.get("domain") : null;
  const onTelegram = ["t.me", "telegram.me"].includes(url.hostname) && url.protocol !== "tg:";
  const username = onTelegram ? url.pathname.slice(1) : domain;
  return username ? { username: username.toLowerCase(), start: url.searchParams.get("start") } : null;
}

/** Whether this is Telegram's page for sending a link on to somebody. */
export const isShare = (url) => url.hostname === "t.me" && url.pathname === "/share/url";

/** The lines of an edited text that were not there before: what a listener needs to hear. */
export function news(before, after) {
  const known = new Set(before.split("\n"));
  return after.split("\n").filter((line) => line.trim() && !known.has(line)).join("\n");
}
