import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;
const LINK = /(https?:\/\/[^\s<>"]+)/i;
const AFTER_LINK = /[.,;:!?)\]}'’”]+$/;

/**
 * A text in runs, those that are a web address with `href`. Nothing but http and https
 * is a link, and the mark that ends a sentence is not part of it.
 *
 * @param {string} text
 * @returns {{text: string, href?: string}[]}
 */
export function linked(text) {
    return (text || "")
        .split(LINK)
        .flatMap((run, index) => {
            if (index % 2 === 0) {
                return [{text: run}];
            }
            const href = run.replace(AFTER_LINK, "");
            return [{text: href, href}, {text: run.slice(href.length)}];
        })
        .filter((run) => run.text);
}

/** What became of a message: words, icon and colour. */
export function outcomeOf({state, failure_reason: reason}) {
    switch (state) {
        case "sent":
            return {text: _t("Delivered"), icon: "fa-check-circle", color: "success"};
        case "pending":
            return {text: _t("Sent"), icon: "fa-check", color: "muted"};
        case "error":
            return {
                text: reason ? _t("Failed: %s", reason) : _t("Failed"),
                icon: "fa-exclamation-circle",
                color: "danger",
            };
        case "unconfirmed":
            return {text: _t("In doubt"), icon: "fa-question-circle", color: "warning"};
        default:
            return {text: _t("Sending"), icon: "fa-clock-o", color: "muted"};
    }
}

export function momentOf(message) {
    return deserializeDateTime(message.sent_at || message.create_date);
}

export function timeOf(message) {
    return momentOf(message).toLocaleString(DateTime.TIME_SIMPLE);
}

/** The day as a phone names it: today, yesterday, else the date. */
export function dayOf(message) {
    const moment = momentOf(message);
    const now = DateTime.local();
    if (moment.hasSame(now, "day")) {
        return _t("Today");
    }
    if (moment.hasSame(now.minus({days: 1}), "day")) {
        return _t("Yesterday");
    }
    return moment.toLocaleString(
        moment.hasSame(now, "year")
            ? {weekday: "short", day: "numeric", month: "long"}
            : DateTime.DATE_FULL
    );
}

/** For the list: the time today, else the day. */
export function shortMomentOf(message) {
    const moment = momentOf(message);
    return moment.hasSame(DateTime.local(), "day")
        ? timeOf(message)
        : moment.toLocaleString({day: "numeric", month: "short"});
}
