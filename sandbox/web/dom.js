/**
 * Elements built from data. Every string becomes a text node or an attribute, never markup, so nothing a person or
 * the bot writes can become part of the page.
 */

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
}

/** The children that exist: nested lists flattened, null and false left out. */
export const present = (children) => children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);

/** A real button. An icon-only one must bring its `aria-label`. */
export const button = (attributes, ...children) => el("button", { type: "button", ...attributes }, ...children);
