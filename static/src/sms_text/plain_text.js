import {reactive, useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {compile, escape} from "../placeholders";
import {learn, missing, plain} from "../plain";

/** What all editors know together: nothing is asked twice. */
const asked = new Set();
const answers = reactive({count: 0});

/**
 * How characters read, which the server knows.
 *
 * @returns {{count: number, ask: (pieces: string[]) => Promise<void>}} count: to be
 *     read by what is drawn, so that it is drawn again when more is known
 */
export function useReadings() {
    const orm = useService("orm").silent;
    const known = useState(answers);
    return {
        get count() {
            return known.count;
        },
        ask: (pieces) => ask(orm, pieces),
    };
}

async function ask(orm, pieces) {
    const unread = new Set(pieces.flatMap(missing));
    const characters = [...unread].filter((character) => !asked.has(character));
    if (!characters.length) {
        return;
    }
    characters.forEach((character) => asked.add(character));
    try {
        learn(await getReadings(orm, characters));
        answers.count += 1;
    } catch {
        // Without them no plain letters are offered; the next text asks again.
    } finally {
        characters.forEach((character) => asked.delete(character));
    }
}

/** The text of a template with its literals in plain letters; no bracket is new. */
export function rewriteLiterals(text) {
    const simple = text
        .split("[")
        .map((piece) => escape(plain(piece)))
        .join("[");
    const wanted = compile(text).parts.map(([kind, part]) => [
        kind,
        kind === "text" ? plain(part) : part,
    ]);
    const isSame = JSON.stringify(compile(simple).parts) === JSON.stringify(wanted);
    return isSame ? simple : compile(text).fill({}, [], plain);
}

function getReadings(orm, characters) {
    return orm.call("organizer.template", "get_plain_readings", [characters.join("")]);
}
