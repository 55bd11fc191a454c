/** The drawer with the wallet's books: whether they balance, who has how much, and the last transfers. */

import { el } from "./dom.js";

export class Ledger {
  constructor(node) {
    this.node = node;
    this.known = null;
  }

  /** `ledger` as the launcher publishes it; null while the wallet has said nothing. */
  show(ledger) {
    if (!ledger) {
      this.node.replaceChildren(el("h2", {}, "Ledger"), el("p", { class: "quiet" }, "The books appear here when the wallet is running."));
      return;
    }
    this.node.replaceChildren(
      el("h2", {}, "Ledger"),
      this.verdict(ledger),
      el("h3", {}, "Balances"),
      el("table", { class: "balances" }, caption("Balances"), el("tbody", {}, ledger.balances.map(balanceRow))),
      el("h3", {}, "Last transfers"),
      el("div", { class: "entries" }, ledger.entries.length ? this.entries(ledger.entries) : el("p", { class: "quiet" }, "Nothing has moved yet.")));
  }

  verdict({ balanced, proofs, detail }) {
    const text = balanced ? "books balance ✓" : "books do not balance ✗";
    return el("div", { class: "verdict", role: "status", "data-balanced": String(balanced) },
      el("b", {}, text), el("small", {}, detail || `${proofs} proofs`));
  }

  /** Transfers that were not there at the last look fade in. */
  entries(entries) {
    const key = (entry) => [entry.time, entry.debit, entry.credit, entry.amount, entry.kind, entry.reference].join("|");
    const known = this.known;
    this.known = new Set(entries.map(key));
    return el("ol", {}, entries.map((entry) =>
      el("li", { class: known && !known.has(key(entry)) ? "fresh" : null, "data-entry": entry.reference },
        el("span", { class: "entry-route" }, el("span", { dir: "auto" }, entry.debit), el("span", { dir: "auto" }, entry.credit)),
        el("b", {}, entry.amount),
        el("small", {}, `${entry.kind} · ${entry.time}`),
        el("small", { class: "entry-reference" }, entry.reference))));
  }
}

const caption = (text) => el("caption", { class: "unseen" }, text);

const balanceRow = ({ name, kind, amount }) =>
  el("tr", { "data-balance": name }, el("th", { scope: "row", dir: "auto" }, name, el("small", {}, kind)), el("td", {}, amount));
