/**
 * The editor's DOM ⇄ its document (text_document.js): a text node for each run, an
 * element for each chip, and a last <br>, without which no browser shows the cursor
 * on an empty last line or behind a chip.
 *
 * Drawn it is always so. Read it may be anything that a browser, an input method or an
 * extension has made of it.
 */

import {isChip, sizeOf} from "./text_document";

const BLOCKS = new Set(["DIV", "P", "LI"]);

export const CHIP = "o_organizer_chip";

/**
 * Make the DOM that of a document; what is right already is not touched.
 *
 * @param {(name: string) => {label: string, title: string, isWarning: boolean}} dress
 */
export function draw(root, parts, dress) {
    let next = root.firstChild;
    for (const part of parts) {
        const node = isChip(part)
            ? chipAt(root, next, part.name, dress(part.name))
            : runAt(root, next, part);
        next = node.nextSibling;
    }
    if (next?.nodeName !== "BR") {
        next = root.insertBefore(document.createElement("br"), next);
    }
    while (next.nextSibling) {
        next.nextSibling.remove();
    }
}

/** The document that the DOM shows. */
export function readDocument(root) {
    const parts = [];
    for (const {part} of leavesOf(root)) {
        if (!isChip(part) && parts.length && !isChip(parts.at(-1))) {
            parts.push(parts.pop() + part);
        } else if (part !== "") {
            parts.push(part);
        }
    }
    return parts;
}

/** The position in the document of a point in the DOM, or null where it is outside. */
export function positionOf(root, node, offset) {
    if (!root.contains(node)) {
        return null;
    }
    const point = document.createRange();
    point.setStart(node, offset);
    let position = 0;
    for (const leaf of leavesOf(root)) {
        if (leaf.node === node && !isChip(leaf.part)) {
            return position + Math.min(offset, leaf.part.length);
        }
        if (isChip(leaf.part) && leaf.node.contains(node)) {
            return position + (offset ? 1 : 0);
        }
        const index = [...leaf.node.parentNode.childNodes].indexOf(leaf.node);
        const end = leaf.isBefore ? index : index + 1;
        if (point.comparePoint(leaf.node.parentNode, end) > 0) {
            return position;
        }
        position += sizeOf([leaf.part]);
    }
    return position;
}

/** The point in the DOM, as it was drawn, of a position. */
export function pointOf(root, position) {
    let left = position;
    for (const [index, node] of root.childNodes.entries()) {
        const size = node.nodeType === Node.TEXT_NODE ? node.data.length : 1;
        if (node.nodeType === Node.TEXT_NODE && left <= size) {
            return [node, left];
        }
        if (left === 0) {
            return [root, index];
        }
        left -= size;
    }
    return [root, Math.max(root.childNodes.length - 1, 0)];
}

/** What the DOM consists of, in order, each with the part of the document that it is. */
function leavesOf(root) {
    const leaves = [];
    const visit = (parent) => {
        for (const node of parent.childNodes) {
            if (node.nodeType === Node.TEXT_NODE) {
                leaves.push({node, part: node.data});
            } else if (node.classList?.contains(CHIP)) {
                leaves.push({node, part: {name: node.dataset.name}});
            } else if (node.nodeName === "BR") {
                leaves.push({node, part: "\n"});
            } else {
                if (BLOCKS.has(node.nodeName) && leaves.length) {
                    leaves.push({node, part: "\n", isBefore: true});
                }
                visit(node);
            }
        }
    };
    visit(root);
    if (leaves.at(-1)?.node.nodeName === "BR") {
        leaves.pop();
    }
    return leaves;
}

function runAt(root, next, run) {
    if (next?.nodeType !== Node.TEXT_NODE) {
        return root.insertBefore(document.createTextNode(run), next);
    }
    if (next.data !== run) {
        next.data = run;
    }
    return next;
}

function chipAt(root, next, name, look) {
    const isThere = next?.classList?.contains(CHIP);
    const chip = isThere ? next : root.insertBefore(newChip(), next);
    chip.dataset.name = name;
    chip.title = look.title;
    chip.classList.toggle("o_organizer_chip_warning", look.isWarning);
    if (chip.textContent !== look.label) {
        chip.textContent = look.label;
    }
    return chip;
}

function newChip() {
    const chip = document.createElement("span");
    chip.className = CHIP;
    chip.contentEditable = "false";
    chip.draggable = true;
    return chip;
}
