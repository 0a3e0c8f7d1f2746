import {Component, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useLastEdited} from "./last_edited";
import {Palette} from "./palette";

/**
 * The placeholders that a form's other texts may have, as the subject and the body of an
 * e-mail: inserted where the cursor was last.
 */
export class PaletteField extends Component {
    static template = "sms_organizer.PaletteField";
    static components = {Palette};
    static props = {...standardFieldProps};

    setup() {
        this.root = useRef("root");
        this.lastEdited = useLastEdited(this.root);
    }

    get placeholders() {
        return this.props.record.data[this.props.name] || [];
    }

    insert(name) {
        this.lastEdited.insert(`[${name}]`);
    }
}

export const paletteField = {
    component: PaletteField,
    displayName: _t("Placeholders"),
    supportedTypes: ["json"],
};

registry.category("fields").add("organizer_palette", paletteField);
