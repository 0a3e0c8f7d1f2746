import {measure} from "../gsm";
import {compile} from "../placeholders";
import {isWorthIt, plain} from "../plain";
import {rewriteLiterals} from "./plain_text";

/**
 * A text as the sample recipient would get it.
 *
 * @param {Object} draft
 * @param {string} draft.text of the template
 * @param {Object<string, string>} draft.values of the sample recipient
 * @param {boolean} draft.isPlain sent in plain letters wherever that is worth it
 * @param {boolean} draft.mayBePlain whether values too can be sent in plain letters
 */
export class SmsDraft {
    constructor({text, values, isPlain, mayBePlain}) {
        this.text = text;
        this.values = values;
        this.template = compile(text);
        this.original = this.template.render(values);
        this.isPlain = isPlain && isWorthIt(this.original, this._inPlain());
        this.sent = this.isPlain ? this._inPlain() : this.original;
        this.size = measure(this.sent);
        this.saving = isPlain ? 0 : this._saving(mayBePlain);
    }

    get isUnicode() {
        return this.size.encoding !== "GSM-7";
    }

    /** The size of a value, as it is sent. */
    measureValue(name) {
        const value = `${this.values[name] ?? ""}`;
        return measure(this.isPlain ? plain(value) : value);
    }

    /** The literals and values, of which each is written in plain letters by itself. */
    get pieces() {
        const pieces = [];
        if (measure(this.original).encoding !== "GSM-7") {
            this.template.render(this.values, [], (piece) => pieces.push(piece));
        }
        return pieces;
    }

    /** The template's text with all but its values in plain letters. */
    get rewritten() {
        return rewriteLiterals(this.text);
    }

    /** How many SMS fewer it would be in plain letters. */
    _saving(mayBePlain) {
        if (!this.isUnicode) {
            return 0;
        }
        const offered = mayBePlain
            ? this._inPlain()
            : compile(this.rewritten).render(this.values);
        return isWorthIt(this.original, offered)
            ? this.size.segments - measure(offered).segments
            : 0;
    }

    _inPlain() {
        return this.template.render(this.values, [], plain);
    }
}
