import {Component} from "@odoo/owl";
import {carryPlaceholder} from "./carry";

/**
 * The placeholders on offer: to be clicked, or dragged into a text. No <button>: no
 * browser but Chrome drags one.
 */
export class Palette extends Component {
    static template = "sms_organizer.Palette";
    static props = {
        placeholders: Array, // {name, label, sample}
        onInsert: Function, // (name)
    };

    titleOf({name, sample}) {
        return sample ? `[${name}]  ${sample}` : `[${name}]`;
    }

    onKeydown(ev, name) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.onInsert(name);
        }
    }

    onDragStart(ev, name) {
        ev.dataTransfer.effectAllowed = "copy";
        carryPlaceholder(ev.dataTransfer, name);
    }
}
