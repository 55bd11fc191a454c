/** The dialogs of the page itself, over all phones: how one opens, and the fields in it. */

import { button, el } from "./dom.js";

/** Opens a dialog with a form; `send(data)` is awaited, and what it throws is shown; the dialog closes when it is done. */
export function ask(title, content, { action, name, send }) {
  const complaint = el("p", { class: "complaint", role: "alert", hidden: true });
  const onsubmit = async (event) => {
    event.preventDefault();
    try {
      await send(new FormData(event.target));
      dialog.close();
    } catch (error) {
      complaint.textContent = error.message;
      complaint.hidden = false;
    }
  };
  const dialog = el("dialog", { class: "page-dialog", "data-dialog": name, "aria-label": title, onclose: () => dialog.remove() },
    el("form", { onsubmit },
      el("h2", {}, title),
      content,
      complaint,
      el("div", { class: "dialog-actions" },
        button({ onclick: () => dialog.close() }, "Cancel"),
        el("button", { type: "submit", "data-action": `${name}-done` }, action))));
  document.body.append(dialog);
  dialog.showModal();
}

export const field = (label, name, attributes) =>
  el("label", {}, label, el("input", { name, autocomplete: "off", ...attributes }));

export const tick = (label, attributes) =>
  el("label", { class: "tick" }, el("input", { type: "checkbox", ...attributes }), label);

/** `choices` are `[value, label]`. */
export const select = (label, name, choices, chosen) =>
  el("label", {}, label, el("select", { name }, choices.map(([value, text]) => el("option", { value, selected: value === chosen }, text))));
