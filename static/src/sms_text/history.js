/**
 * What undo goes back to. The browser's own undo knows nothing of chips.
 *
 * A state is whatever its owner makes of it. Words typed, and runs of deletions, are
 * one step each.
 */
export class History {
    constructor() {
        this.forget();
    }

    forget() {
        this.past = [];
        this.future = [];
        this.kind = null;
    }

    /**
     * Before a change: keep the state that it changes.
     *
     * @param {any} state
     * @param {string | null} kind of the change: the next of the same kind joins it;
     *     null joins none
     */
    keep(state, kind = null) {
        if (!kind || kind !== this.kind) {
            this.past.push(state);
        }
        this.future = [];
        this.kind = kind;
    }

    /** The cursor was moved: what is typed now is another step. */
    pause() {
        this.kind = null;
    }

    /** The state before, or nothing; `state` is the one of now. */
    undo(state) {
        return this._go(this.past, this.future, state);
    }

    redo(state) {
        return this._go(this.future, this.past, state);
    }

    _go(from, to, state) {
        this.pause();
        if (!from.length) {
            return null;
        }
        to.push(state);
        return from.pop();
    }
}
