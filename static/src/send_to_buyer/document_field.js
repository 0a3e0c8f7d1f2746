import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A link to an invoice's PDF or XML, which is made if it is not there yet. */
export class DocumentField extends Component {
    static template = "sms_organizer.DocumentField";
    static props = {...standardFieldProps, kind: {type: String}};

    get url() {
        return this.props.record.data[this.props.name];
    }

    get isPdf() {
        return this.props.kind === "pdf";
    }

    get icon() {
        return this.isPdf ? "fa-file-pdf-o" : "fa-file-code-o";
    }

    get title() {
        const number = this.props.record.data.name || "";
        return this.isPdf
            ? _t("Open the PDF of %s", number)
            : _t("Download the XML of %s", number);
    }
}

registry.category("fields").add("organizer_document", {
    component: DocumentField,
    supportedTypes: ["char"],
    extractProps: ({options}) => ({kind: options.kind || "pdf"}),
    fieldDependencies: [{name: "name", type: "char"}],
});
