/**
 * A text in letters that GSM-7 has: `plain` of tools/gsm.py again, for the browser.
 *
 * The rules and the reasons are told there; the tests hold both to the same vectors.
 * How a single character reads is in a table too large for a browser: the server is
 * asked for what is `missing`, once, and `learn` keeps it.
 */

import {ALPHABET, measure} from "./gsm";

const THAI = /[\u0e01-\u0e3a\u0e40-\u0e5b]/;
const BESIDE_THAI = /[^\u0e01-\u0e5b]+/g;
const LARI = /(?<![ა-ჿ])ლ(?![ა-ჿ])/gu;
const LONE_SURROGATE = /^[\ud800-\udfff]$/;

// Of tools/gsm.py, where it says why.
const BETTER = new Map([
    ...pairs('—- ―- «" »" ″" `\' ×x', /(\S)(\S)/gu),
    ...pairs("฿=THB ₫=VND ₩=KRW ₴=UAH ₸=KZT ₹=INR ₺=TRY ₽=RUB ₾=GEL", /(\S)=(\w+)/gu),
    ["\x85", "\n"],
    ["\u2028", "\n"],
    ["\u2029", "\n"],
]);

/** Character → how it reads, as the server says. */
const known = new Map();

/** Take in what the server says. */
export function learn(readings) {
    for (const [character, reading] of Object.entries(readings)) {
        known.set(character, reading);
    }
}

/** The characters of a text that the server is to be asked about, each once. */
export function missing(text) {
    const unread = new Set();
    rewrite(text, (character) => {
        if (!known.has(character)) {
            unread.add(character);
        }
        return character;
    });
    return [...unread];
}

/** The text in plain letters; a character that is missing stays as it is. */
export function plain(text) {
    return rewrite(text, (character) => known.get(character) ?? character);
}

// Emoji, which would be spelled out
const ASTRAL = /[\u{10000}-\u{10ffff}]/u;

/** Whether a text is better sent in plain letters. */
export function isWorthIt(original, inPlain) {
    const [before, after] = [measure(original), measure(inPlain)];
    if (before.encoding === "GSM-7" || after.encoding !== "GSM-7") {
        return false;
    }
    return ASTRAL.test(original)
        ? after.segments < before.segments
        : after.segments <= before.segments;
}

function rewrite(text, read) {
    text = text || "";
    return THAI.test(text)
        ? text.replace(BESIDE_THAI, (run) => rewriteRun(run, read))
        : rewriteRun(text, read);
}

function rewriteRun(text, read) {
    if ([...text].every((character) => ALPHABET.has(character))) {
        return text;
    }
    const signs = [...text.normalize("NFC").replace(LARI, "GEL")];
    const better = signs.map((sign) => BETTER.get(sign) ?? sign).join("");
    return [...better]
        .map((sign) => (ALPHABET.has(sign) ? sign : one(sign, read)))
        .join("");
}

/** Half of an emoji is no text that could be asked about. */
function one(sign, read) {
    return LONE_SURROGATE.test(sign) ? "" : read(sign);
}

function pairs(text, pair) {
    return Array.from(text.matchAll(pair), ([, sign, better]) => [sign, better]);
}
