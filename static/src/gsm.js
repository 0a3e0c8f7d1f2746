/**
 * What a text costs as SMS: `measure` of tools/gsm.py again, for the browser.
 *
 * The facts and the reasons are told there; the tests hold both to the same vectors.
 * No imports, so that plain node can run it. Not Intl.Segmenter: its clusters
 * change with the browser's Unicode, and would part from the server's.
 */

const BASIC =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
    " !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
    "¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";
const EXTENDED = new Set(EXTENSION);
export const ALPHABET = new Set(BASIC + EXTENSION);

/** Units in one part, and in each of several. */
const GSM7 = {encoding: "GSM-7", single: 160, each: 153};
const UCS2 = {encoding: "UCS-2", single: 70, each: 67};

// The classes of UAX 29 for Unicode 10, as in tools/gsm.py.
export const CLASS_RUNS =
    "C0-vC2o-wCeXgj-33X7o-6X7c-18X2X2-1X2-1X2P1l-5Xb-aC2X1b-kXhX2u-6P1X2-5X3-1X2-3PyX" +
    "2Xv-qX2k-aX1n-8Xz-3X2-8X2-2X2-4X18-2X3d-dP1X1-vS1X1jS1X1S2-2X1-7S1-3X1S1-1X2-6Xb" +
    "-1XuS1-1X1lX2S1-1X1-3S3-1S3-1X1XaXb-1Xu-1S1X1lS2-2X1-1X5-1X3-2X4Xv-1X4Xc-1S1X1lS" +
    "2-2X1-4X2-1S1S2-1X1Xl-1Xn-5X2S1-1X1lX2-1S1X1-3S3-1S3-1X1X9-1Xb-1XvX1oS1X1S1-1S4-" +
    "2S2-2X1XaX15S1-2X1n-2S1-3X2-2X2-3X8-1Xc-1XuS1-1X1lS2X1S1-1X1S1-1X2S1-1S2-1X1-1X8" +
    "-1Xc-1Xt-1S1-1X1k-1X2S1-1X1-3S2-2S2-2X1P1X9Xb-1Sv-1X1zX5S1-1X1-2X2S2-6X1Sj-1X1qS" +
    "2X1-6Xd-7X2rS2X1-5X2-1Xc-5X23-1XsX2X2S5-1X1e-dS1X1-4X2-1X6-aX2-zXaX2v-3S1X1-5X2-" +
    "1S1-1X1-1So-1X1-1X5-2Xh-3XeS2X1-1X7XgL2r-2nV1-1zT1-2fX9q-2Xqb-2Xu-2Xu-1Xv-1X1t-1" +
    "S1X1-6S1-7X1S1-1X1-aXaX1a-2C1X3b-1XzX3b-2S1-3X1-1S1-2S5-1X1S1-5X1-2X64-1S1-1X1S1" +
    "mX1S1X1-6X2X2X3-7S1-5X1-9X3X1d-eX1u-3S1X1cS1X1-4S1X1S1-4X1S1-1X13-8Xd-1S1SvX1-3S" +
    "1-1X1-1S1X1-2X1lS1X1-1S1-2X1S1X1-2S1-1S1d-7X1-7S1-1X1-1X49-2X2-cS1X1-6X5S5-1X1S3" +
    "X1-1X5j-1lX2-4CekX1Z1C1-1Cp-6C1e-fX2p-wE10tWzW2W2b-1E2rWfE2-3W2fX13f-2X3yX2p-vXf" +
    "f-5X2y-1Xn9x-3X2-9Xx-1X29-1X7lX4X5So-1X1-1S1S2h-1S1f-fX1-1Xr-hX1h-7Xq-aS1-1Ld-sX" +
    "4-2S1X1cS1-1X1-3S1-1X1S1-3X11X1w-5S1-1X1-1S1-1X1-1XdX9S1X1bX1gX2-2X3-1X6-1X2S16X" +
    "1-1S1-1S6X1S6l-1X1S1-1X1S1-1S2X1V8n7-mT5-1cC5-1kvX5cvXki-fXh-fC5sX4f-1C29-bXeaX6" +
    "bX46-4X1af-2X2-1X6-3X15-2X5X4m-1S10aX1S1X1i-eX1l-2S1S1a-2X1-3S1-1X1-1P3X1v-2X11-" +
    "4S1X1-7X1rXd-1S1S1d-2X1-8S1-1P2-1X7-2S2o-2X1-2S1-1X1S1X1-1X7X4hS1-2X1-7Xm-1S1-1X" +
    "1lX2S1X1S1-3S3-1S3-2XaSb-1X3-6X4-4S5d-2X1-7S1-1X1-2S1X1X2yS1-1X1-5S1X1S1-1X1S1X1" +
    "-1S1X1-1X6kS1-1X1-3S3-3X1-1S1X1-1Xs-1S2b-2X1-7S1-1X1S1X1-1X2zS1X1S1-1X1-5S1X1X2u" +
    "-2S1-1X1-3S1X1-4Xk6-5S1-1X1-1X15-5S1P1X1-3X9Xa-5S1-1X1-2P17-3X1-cS1X1-1SbaX1-6X2" +
    "-5S1X1X2b-lS2X1-6S1X1-1S1X1-1X3f-5X4X2-1X2-6P1X1Xfc9-4X1o-6St7-19Xh-3Xf7v-1C2-3X" +
    "43mS1X1-2S4X1-4C1-7X1-7X3-6Xv-3X45-2X1j0-1iX5-1dX9XfXn-4X2-eX11t-6X2-gX3-6X2-1X2" +
    "-4X1pi-6X32-6R1p8-pW7dW1iW1hEiWeWhW4Eq-2E3E3-2WvW2Me-4E1v-1E3-aGm-3E5E2-8E4E5-2E" +
    "2-2W4EvWh-1W2zW5E20-1E5EmE5-1W2aE2l-2E4-4W1dWiEhEh-2EaEcEgc-4E2-1E7Ea-9E4-1E43-c" +
    "Cgw0z-vX1-2nC1-3jX1-6nC1-2rz";

export const CLUSTER =
    "RR[XSZ]?|PR[XSZ]?|" +
    "P*(?:L*(?:[VA]V*T*|BT*)|L+|T+|[EG]M?|[^CPXZ]|(?=[XZ]))" +
    "(?:S|Z(?:W|GM?)?)*(?:(?<=[EG])XM|X|S|Z[WG]?)*|P+|C";

const RUNS = readRuns();
const classes = new Map();

/**
 * @param {string} text nothing (false, null) counts as empty
 * @returns {{encoding: string, units: number, segments: number, capacity: number,
 *            offenders: string[]}} units: septets or UTF-16 code units; segments:
 *            billed parts; capacity: units that fit in as many parts; offenders: what
 *            forces UCS-2, each once, in order
 */
export function measure(text) {
    const characters = [...(text || "")];
    const foreign = characters.some((character) => !ALPHABET.has(character));
    return foreign ? measureUcs2(characters) : measureGsm7(characters);
}

function measureGsm7(characters) {
    const widths = characters.map((character) => (EXTENDED.has(character) ? 2 : 1));
    return result(GSM7, widths, []);
}

function measureUcs2(characters) {
    const clusters = graphemes(characters);
    const widths = clusters.flatMap((cluster) =>
        cluster.length <= UCS2.each ? cluster.length : [...cluster].map((c) => c.length)
    );
    const foreign = clusters.filter((cluster) => !ALPHABET.has(cluster));
    return result(UCS2, widths, [...new Set(foreign)]);
}

function result({encoding, single, each}, widths, offenders) {
    const units = widths.reduce((sum, width) => sum + width, 0);
    const segments = units <= single ? Math.min(units, 1) : pack(widths, each);
    const capacity = segments < 2 ? single : each * segments;
    return {encoding, units, segments, capacity, offenders};
}

/** How many parts of `room` units it takes to hold the widths in order. */
function pack(widths, room) {
    let parts = 1;
    let used = 0;
    for (const width of widths) {
        if (used + width > room) {
            parts += 1;
            used = 0;
        }
        used += width;
    }
    return parts;
}

function graphemes(characters) {
    const letters = characters.map(classOf).join("");
    let start = 0;
    return Array.from(letters.matchAll(new RegExp(CLUSTER, "g")), ([cluster]) => {
        const end = start + cluster.length;
        const text = characters.slice(start, end).join("");
        start = end;
        return text;
    });
}

function classOf(character) {
    if (!classes.has(character)) {
        classes.set(character, findClass(character.codePointAt(0)));
    }
    return classes.get(character);
}

function findClass(code) {
    if (code >= 0xac00 && code <= 0xd7a3) {
        return (code - 0xac00) % 28 ? "B" : "A";
    }
    const run = RUNS.find(({last}) => code <= last);
    return run && run.first <= code ? run.letter : "O";
}

function readRuns() {
    let position = 0;
    const runs = CLASS_RUNS.matchAll(/([A-Z])([0-9a-z]+)(?:-([0-9a-z]+))?/g);
    return Array.from(runs, ([, letter, gap, more = "0"]) => {
        const first = position + parseInt(gap, 36);
        position = first + parseInt(more, 36);
        return {letter, first, last: position};
    });
}
