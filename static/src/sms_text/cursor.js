/** Where the cursor is on the screen, in positions of the document. */

import {CHIP, pointOf, positionOf} from "./serialize";
import {chipBefore, chipBehind} from "./text_document";

/** The selection of the page, where it is in the editor: {anchor, focus}, or null. */
export function selectionIn(root) {
    const {anchorNode, anchorOffset, focusNode, focusOffset} =
        root.ownerDocument.getSelection();
    if (!anchorNode || !root.contains(anchorNode) || !root.contains(focusNode)) {
        return null;
    }
    return {
        anchor: positionOf(root, anchorNode, anchorOffset),
        focus: positionOf(root, focusNode, focusOffset),
    };
}

/** Select that, unless it is what is selected: a selection that is set scrolls. */
export function showSelection(root, {anchor, focus}) {
    const selection = root.ownerDocument.getSelection();
    const now = selectionIn(root);
    const isSame = now?.anchor === anchor && now.focus === focus;
    // Of no letters, it may still hold the last <br>.
    if (!isSame || selection.isCollapsed !== (anchor === focus)) {
        selection.setBaseAndExtent(...pointOf(root, anchor), ...pointOf(root, focus));
    }
}

/** What the browser says it is about to change: {start, end}, or null. */
export function targetOf(root, ev) {
    const [target] = ev.getTargetRanges?.() || [];
    return (
        target && {
            start: positionOf(root, target.startContainer, target.startOffset),
            end: positionOf(root, target.endContainer, target.endOffset),
        }
    );
}

/** The position nearest to a point of the screen, as of a drop. */
export function positionAt(root, {clientX, clientY}) {
    const page = root.ownerDocument;
    const chip = page.elementFromPoint(clientX, clientY)?.closest(`.${CHIP}`);
    if (chip && root.contains(chip)) {
        const {left, width} = chip.getBoundingClientRect();
        const index = [...root.childNodes].indexOf(chip);
        return positionOf(root, root, clientX < left + width / 2 ? index : index + 1);
    }
    const point = caretFrom(page, clientX, clientY);
    return (
        (point && positionOf(root, ...point)) ??
        positionOf(root, root, root.childNodes.length)
    );
}

/** The position at the border of the line that the cursor is on. */
export function lineBorder(root, parts, isStart) {
    const selection = root.ownerDocument.getSelection();
    selection.modify("move", isStart ? "backward" : "forward", "lineboundary");
    let position = selectionIn(root)?.focus ?? 0;
    const {top, height} = placeOf(root, position);
    const isOnLine = (next) => Math.abs(placeOf(root, next).top - top) < height / 2;
    const [isAtChip, step] = isStart ? [chipBefore, -1] : [chipBehind, 1];
    while (isAtChip(parts, position) && isOnLine(position + step)) {
        position += step;
    }
    return position;
}

/** Where the cursor would stand: {left, top, height} on the screen. */
export function placeOf(root, position) {
    const [node, offset] = pointOf(root, position);
    const [before, behind] = [node.childNodes[offset - 1], node.childNodes[offset]];
    if (before?.classList?.contains(CHIP)) {
        const {right, top, height} = before.getBoundingClientRect();
        return {left: right, top, height};
    }
    if (behind?.classList?.contains(CHIP)) {
        const {left, top, height} = behind.getBoundingClientRect();
        return {left, top, height};
    }
    const range = root.ownerDocument.createRange();
    range.setStart(node, offset);
    const [place = root.getBoundingClientRect()] = range.getClientRects();
    const height = parseFloat(getComputedStyle(root).lineHeight) || 20;
    return {left: place.left, top: place.top, height: Math.min(place.height, height)};
}

function caretFrom(page, x, y) {
    if (page.caretPositionFromPoint) {
        const caret = page.caretPositionFromPoint(x, y);
        return caret && [caret.offsetNode, caret.offset];
    }
    const range = page.caretRangeFromPoint?.(x, y);
    return range && [range.startContainer, range.startOffset];
}
