/** Line icons drawn on a 24 by 24 grid. */

const OUTLINES = {
  back: "M15 5l-7 7 7 7",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  menu: "M5 7h14M5 12h14M5 17h14",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-5 17-4-7zM11 14l9-10",
  attach: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.5a1.7 1.7 0 0 1-2.5-2.5L15 7",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  down: "M6 9l6 6 6-6",
  reply: "M10 6l-6 6 6 6M4 12h9c4 0 7 2 7 6",
  forward: "M14 6l6 6-6 6M20 12h-9c-4 0-7 2-7 6",
  edit: "M4 20l1-5L16 4l4 4L9 19zM13 7l4 4",
  delete: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  block: "M12 3a9 9 0 1 0 .01 0M6 6l12 12",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  check: "M5 12.5l5 5L19 7",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h2v2H9zM14 14h1v1h-1M9 14h1M14 9h1",
  ticks: "M2 12.5l4.5 4.5L15 8M10.5 15.5l1.5 1.5L21 8",
  eye: "M2 12c3-5 6.5-7 10-7s7 2 10 7c-3 5-6.5 7-10 7s-7-2-10-7zM12 9.5a2.5 2.5 0 1 0 .01 0",
  add: "M10 5a4 4 0 1 0 .01 0M2.5 21c0-5 3.5-7 7.5-7 1.6 0 3.2.4 4.5 1.2M18 14v7M14.500 17.5h7",
  person: "M12 4a4 4 0 1 0 .01 0M4 21c0-5 4-7 8-7s8 2 8 7",
  light: "M12 8a4 4 0 1 0 .01 0M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19",
  dark: "M20 14A8.5 8.5 0 0 1 10 4a8.5 8.5 0 1 0 10 10z",
  server: "M4 4h16v7H4zM4 13h16v7H4zM8 7.5v.01M8 16.5v.01M12 7.5h4M12 16.5h4",
  mask: "M3 7c4-2.5 14-2.5 18 0 0 6-3 11-9 11S3 13 3 7zM7.5 11.5c1-1 2-1 3 0M13.5 11.5c1-1 2-1 3 0",
  ledger: "M6 3h13v18H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM8 3v18M12 8h4M12 12h4",
};

/** A line icon, invisible to screen readers: the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", OUTLINES[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}
