/**
 * Writes tests/tools/gsm_vectors.json: texts, and what Twilio's calculator (MIT) says
 * of them. tests/tools/test_gsm.py holds tools/gsm.py and static/src/gsm.js to them.
 *
 * To write it anew (only when the calculator's version in dev/package.json changes):
 *     ./dev/lint                        installs dev/package.json into .odoo/node
 *     node dev/vectors/make.mjs         or, installed elsewhere: … make.mjs FOLDER
 *
 * The same input gives the same file, byte by byte: no clock, and a seeded random.
 * It takes a minute: the calculator is asked about every character of Unicode.
 * Where we leave the calculator, the case says what it counts (`oracle`) and `why`.
 */
import {createRequire} from "node:module";
import {readFileSync, writeFileSync} from "node:fs";
import {resolve} from "node:path";
import {fileURLToPath} from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TARGET = resolve(ROOT, "tests/tools/gsm_vectors.json");
const require = createRequire(resolve(process.argv[2] || `${ROOT}/.odoo/node`, "x.js"));
const {SegmentedMessage} = require("sms-segments-calculator");
const {version} = JSON.parse(
    readFileSync(require.resolve("sms-segments-calculator/package.json")),
);

// Our own list, not the calculator's, so that the two are held against each other.
const BASIC =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";
const NEAR_MISSES = "çµó`\t\u00a0\u001b\0’‘“”…–—ąćęłńóśźżÁÍ·°";
const CLUSTERS = [
    "ż",
    "e\u0301",
    "😀",
    "👨‍👩‍👧‍👦",
    "👩🏽‍🚀",
    "🇵🇱",
    "❤️",
    "👩‍❤️‍💋‍👩",
    "🏳️‍🌈",
    "1️⃣",
    "☝🏿",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "นี้",
    "กำ",
    "शि",
    "가",
    "각",
    "\ud83d",
    "\ude00",
    "\u200d",
    "\u0600ა",
    "🐻‍❄️",
    "🫶🏽",
];
const SENTENCES = [
    "Zażółć gęślą jaźń, faktura nr 7 na 1 234,50 zł jest po terminie. ",
    "Αγαπητέ πελάτη, το τιμολόγιό σας 12 έληξε. ",
    "ძვირფასო კლიენტო, ინვოისის ვადა გავიდა. ",
    "เรียนลูกค้า ใบแจ้งหนี้เลขที่ 12 ครบกำหนดแล้ว ฿100 ",
    "Dear customer, invoice [INV/2025/7] of 100 € is overdue.\r\n",
    "Prière de régler la facture n°7 ~ merci.\n",
    "ग्राहक जी, आपका बिल बाकी है। ",
    "안녕하세요 고객님 ",
];

function ask(text) {
    const message = new SegmentedMessage(text);
    const units = message.encodedChars.reduce((sum, c) => sum + c.codeUnits.length, 0);
    const ucs2 = message.encodingName === "UCS-2";
    return {
        encoding: message.encodingName,
        units,
        segments: message.segmentsCount,
        offenders: ucs2 ? [...new Set(message.getNonGsmCharacters())] : [],
    };
}

/** mulberry32: small, well known, and the same everywhere. */
function randomFrom(seed) {
    let state = seed;
    return (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
}

function* characters() {
    for (const character of BASIC + EXTENSION) {
        yield [`alphabet ${JSON.stringify(character)}`, character.repeat(161)];
    }
    for (const character of NEAR_MISSES) {
        yield [`not in the alphabet ${JSON.stringify(character)}`, `a${character}`];
    }
    yield ["extension characters are single units in UCS-2", "ż" + EXTENSION];
}

function* boundaries() {
    for (const length of [1, 159, 160, 161, 305, 306, 307, 458, 459, 460]) {
        yield [`${length} septets`, "a".repeat(length)];
    }
    for (const length of [69, 70, 71, 133, 134, 135, 200, 201, 202]) {
        yield [`${length} units`, "ż".repeat(length)];
    }
    for (const before of [151, 152, 153, 158, 159]) {
        for (const after of [0, 1, 151, 152, 153]) {
            for (const middle of ["€", "\r\n"]) {
                const name = `${before} + ${JSON.stringify(middle)} + ${after}`;
                yield [name, "a".repeat(before) + middle + "a".repeat(after)];
            }
        }
    }
    yield ["an escape at the end of every part", ("a".repeat(152) + "€").repeat(4)];
}

function* clusters() {
    for (const cluster of CLUSTERS) {
        for (let shift = 1; shift <= cluster.length; shift += 1) {
            const name = `${JSON.stringify(cluster)} ${shift} before the boundary`;
            yield [name, "ż".repeat(67 - shift) + cluster + "ż".repeat(67)];
        }
        yield [`${JSON.stringify(cluster)} many times`, cluster.repeat(60)];
    }
    yield ["line break at the boundary", "ż".repeat(66) + "\r\n" + "ż".repeat(66)];
}

function* mixtures() {
    for (const sentence of SENTENCES) {
        for (const times of [1, 2, 3, 5, 8]) {
            yield [`${times} × ${sentence.trim()}`, sentence.repeat(times)];
        }
    }
    const random = randomFrom(1);
    const pieces = [...CLUSTERS, ...SENTENCES, ...BASIC, ...EXTENSION, "\r\n"];
    const septets = [...BASIC, ...EXTENSION, ...EXTENSION];
    for (let number = 0; number < 200; number += 1) {
        const from = number % 2 ? pieces : number % 4 ? septets : CLUSTERS;
        const take = () => from[random(from.length)];
        yield [`random ${number}`, Array.from({length: random(200)}, take).join("")];
    }
}

// Counted by hand: the calculator is wrong here.
const DEVIATIONS = [
    {
        name: "empty",
        text: "",
        expected: {encoding: "GSM-7", units: 0, segments: 0, offenders: []},
        why: "Nothing is sent, so nothing is billed; the calculator opens a part at once.",
    },
    deviation("a cluster longer than a part", [80, 54], 2),
    deviation("a cluster that fits one part, not one of two", [69, 66], 3),
    deviation("long clusters after one another", [60, 10, 67], 3),
];

/** `lengths`: units of clusters, each one letter and marks on it. */
function deviation(name, lengths, segments) {
    const all = lengths.map((length, i) => "abc"[i] + "\u0301".repeat(length - 1));
    const units = lengths.reduce((sum, length) => sum + length);
    return {
        name,
        text: all.join(""),
        expected: {encoding: "UCS-2", units, segments, offenders: all},
        why: "The calculator puts more than 67 units into one part, or leaves one empty.",
    };
}

/** The class of every character, asked of the calculator; see CLASS_RUNS in gsm.py. */
function classOf(code) {
    const character = String.fromCodePoint(code);
    const one = (text) => new SegmentedMessage(text).graphemes.length === 1;
    if (one(`a${character}`)) {
        if (one(`a${character}🌈`)) return "Z";
        return one(`👩${character}🏽`) ? "X" : "S";
    }
    if (!one(`${character}\u0301`)) return "C";
    if (one(`${character}a`)) return "P";
    if (one(`${character}🇵`)) return "R";
    if (one(`👩${character}`)) return "M";
    const joined = one(`\u200d${character}`);
    if (one(`${character}🏽`)) return joined ? "G" : "E";
    return joined ? "W" : hangulClassOf(character, one);
}

function hangulClassOf(character, one) {
    const [afterL, afterV] = [one(`ᄀ${character}`), one(`ᅡ${character}`)];
    const [beforeV, beforeT] = [one(`${character}ᅡ`), one(`${character}ᆨ`)];
    if (!afterL) return afterV ? "T" : "O";
    if (!beforeV) return "B";
    if (!beforeT) return "L";
    return afterV ? "V" : "A";
}

function classRuns() {
    let runs = "";
    let end = 0;
    let [letter, start] = ["O", 0];
    for (let code = 0; code <= 0x110000; code += 1) {
        const syllable = code >= 0xac00 && code <= 0xd7a3;
        const next = syllable || code > 0x10ffff ? "O" : classOf(code);
        if (next === letter) continue;
        if (letter !== "O") {
            const more = code - 1 - start;
            runs += letter + (start - end).toString(36);
            runs += more ? `-${more.toString(36)}` : "";
            end = code - 1;
        }
        [letter, start] = [next, code];
    }
    return runs;
}

function makeCases() {
    const cases = [];
    for (const source of [characters, boundaries, clusters, mixtures]) {
        for (const [name, text] of source()) {
            cases.push({name, text, expected: ask(text)});
        }
    }
    for (const given of DEVIATIONS) {
        cases.push({...given, oracle: ask(given.text)});
    }
    return cases.filter(({text, oracle}) => text || oracle);
}

const lines = makeCases().map((given) => JSON.stringify(given));
const head = `"oracle": "sms-segments-calculator ${version}"`;
writeFileSync(
    TARGET,
    `{\n${head},\n"classes": "${classRuns()}",\n"cases": [\n${lines.join(",\n")}\n]\n}\n`,
);
console.log(`${lines.length} cases in ${TARGET}`);
