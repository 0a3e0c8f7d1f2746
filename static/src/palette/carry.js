import {htmlEscape} from "@odoo/owl";

/**
 * A placeholder that is dragged. It is `[name]` wherever it is dropped: as text, and as
 * HTML, since Odoo's editor takes no text. An editor of ours also sees that it is one
 * thing, which a bracket that stands before it cannot change.
 */

const TYPE = "application/x-organizer-placeholder";

export function carryPlaceholder(dataTransfer, name) {
    dataTransfer.setData("text/plain", `[${name}]`);
    dataTransfer.setData("text/html", htmlEscape(`[${name}]`).toString());
    dataTransfer.setData(TYPE, name);
}

/** The name of the placeholder that is dragged, if it is one. */
export function placeholderIn(dataTransfer) {
    return dataTransfer.getData(TYPE);
}
