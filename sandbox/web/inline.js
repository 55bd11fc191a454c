/** Inline mode: while one types `@bot words`, the bot is asked, and its results are offered over the composer. */

const PAUSE_MS = 250;

export class Inline {
  /** `take()` is called when a result was sent, `openBot(parameter)` for the button over the results. */
  constructor(actions, list, { take, openBot }) {
    this.actions = actions;
    this.list = list;
    this.take = take;
    this.openBot = openBot;
    this.asked = null;
  }

  /** Asks once the typist pauses; true where the text is an inline query at all. */
  onInput(text) {
    clearTimeout(this.timer);
    this.queryId = null;
    const words = new RegExp(`^@${this.actions.phone.bot.username}\\s(.*)$`, "isu").exec(text)?.[1];
    if (words === undefined) return false;
    this.timer = setTimeout(() => { this.asked = this.actions.askInline(words.trim()).then((id) => { this.queryId = id; }); }, PAUSE_MS);
    return true;
  }

  stop() {
    clearTimeout(this.timer);
    this.queryId = null;
  }

  /** Shows what the bot answered to the newest question; an answer may come before the question's own id is known. */
  async hear({ query_id: queryId, results, button }) {
    await this.asked;
    if (queryId !== this.queryId) return;
    const items = results.map((result) => (
      { key: result.id, name: result.title, detail: result.description || result.message.text,
        act: () => this.choose(queryId, result.id), data: { "data-result": result.id } }));
    if (button) items.unshift({ key: "button", name: button.text, detail: "Opens the chat with Sixpence", act: () => this.openBot(button.start_parameter), data: { "data-result-button": true } });
    this.list.show(items, { results: true });
  }

  choose(queryId, resultId) {
    this.take();
    this.actions.choose(queryId, resultId);
  }
}
