import {getCurrency} from "@web/core/currency";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";
import {escapeRegExp} from "@web/core/utils/strings";

const GSM = "GSM-7";
const MOST_OFFENDERS = 8;

/** The parts of the line under the text: how many SMS, how full, encoding, price. */
export function counterOf(
    {encoding, segments, units, capacity},
    {perSegment, currency}
) {
    const [one, part] = encoding === GSM ? [160, 153] : [70, 67];
    const counter = [
        {
            key: "sms",
            text: _t("%s SMS", segments),
            title: _t(
                "A text of up to %(one)s characters is one SMS. A longer one is sent, and paid for, in parts of %(part)s.",
                {one, part}
            ),
        },
        {
            key: "units",
            text: _t("%(units)s/%(capacity)s characters", {units, capacity}),
            title: encoding === GSM ? _t("These count as two: € [ ] { } \\ ^ ~ |") : "",
        },
        encoding === GSM
            ? {
                  key: "encoding",
                  text: _t("GSM-7"),
                  title: _t("Plain letters: 160 characters in one SMS"),
              }
            : {
                  key: "encoding",
                  text: _t("Unicode"),
                  title: _t("Any letters (UCS-2): 70 characters in one SMS"),
              },
    ];
    if (perSegment && segments) {
        counter.push({
            key: "price",
            text: priceOf(segments * perSegment, currency),
            title: _t("%(segments)s × %(price)s", {
                segments,
                price: priceOf(perSegment, currency),
            }),
        });
    }
    return counter;
}

/** Prices of an SMS have up to four decimals; those of the currency are always shown. */
export function priceOf(amount, currency) {
    const known = currency && getCurrency(currency.id);
    const least = known ? known.digits[1] : 2;
    const decimals = [least, 3, 4].find(
        (count) => count >= least && Math.abs(amount - round(amount, count)) < 5e-6
    );
    const figure = formatFloat(amount, {digits: [16, decimals ?? Math.max(4, least)]});
    const code = known?.name || currency?.display_name || "";
    return code ? `${figure}\u00a0${code}` : figure;
}

/** Which characters force Unicode, as a sentence; nothing if none does. */
export function offendersSentence({encoding, offenders}) {
    if (encoding === GSM || !offenders.length) {
        return "";
    }
    const shown = offenders.slice(0, MOST_OFFENDERS).map(spelled);
    const more = offenders.length - shown.length;
    const characters = more
        ? _t("%(characters)s and %(more)s more", {characters: shown.join(", "), more})
        : shown.join(", ");
    return offenders.length > 1
        ? _t("%s make this Unicode (70 characters per SMS instead of 160)", characters)
        : _t(
              "%s makes this Unicode (70 characters per SMS instead of 160)",
              characters
          );
}

export function unknownSentence({written}) {
    return _t("%s is not a placeholder here.", written);
}

/** What is asked of a person, to be answered with a click; nothing if there is no guess. */
export function suggestionSentence({suggestion}) {
    return suggestion ? _t("Did you mean %s?", `[${suggestion}]`) : "";
}

/** What a chip says when it is pointed at; `size` of its value where it costs more. */
export function chipTitle(name, value, size) {
    const written = value ? `[${name}]  ${value}` : `[${name}]`;
    return size ? `${written}\n${offendersSentence(size)}` : written;
}

export function savingSentence(saving) {
    return _t("saves %s SMS", saving);
}

/** The text in runs, those of offending characters marked. */
export function marked(text, offenders) {
    if (!offenders.length) {
        return [{text, mark: false}];
    }
    // An offender may be several code points, and one may begin another.
    const longestFirst = [...offenders].sort((a, b) => b.length - a.length);
    const found = new RegExp(`((?:${longestFirst.map(escapeRegExp).join("|")})+)`, "u");
    return text
        .split(found)
        .map((run, index) => ({text: run, mark: index % 2 === 1}))
        .filter((run) => run.text);
}

/** A character that cannot be seen is named. */
function spelled(character) {
    const name = {
        "\t": _t("tab"),
        "\u00a0": _t("no-break space"),
        "\u200b": _t("zero-width space"),
    }[character];
    return name || `"${character}"`;
}

function round(amount, decimals) {
    return Math.round(amount * 10 ** decimals) / 10 ** decimals;
}
