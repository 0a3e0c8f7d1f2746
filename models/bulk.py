"""Many rows at once: what ``create`` does, without its price for each record.

Odoo makes the first record, with all that it and the installed add-ons put into it; the
others are copies of its row in which what differs is replaced, by one statement. Where
somebody extends how a record is made, or keeps something that depends on it, Odoo makes
all of them.
"""

import json

from odoo.fields import Field
from odoo.tools import SQL

# who extends ``create`` of these models in a way that is the same for all of a batch,
# or that those who call here have done themselves
KNOWN = {
    "odoo.orm",
    "odoo.addons.base",
    "odoo.addons.mail",
    "odoo.addons.sms",
    "odoo.addons.sms_organizer",
    "odoo.addons.sms_twilio",
}

# so many rows are worth planning the checks of their foreign keys anew
MANY = 100


def plan_anew(cr, count):
    """Before so many rows are added: let PostgreSQL look at how large tables are now.

    It checks each foreign key by a statement whose plan a connection keeps. A plan of
    when the other table was all but empty reads all of it, and does so for each new
    row, until the table is analysed: twice as many rows take four times as long.
    """
    if count >= MANY:
        cr.execute("DISCARD PLANS")


def create_many(model, vals_list, computed=None, settled=()):
    """
    :param model: an empty recordset, in the environment that it is to be made in
    :param list vals_list: as for ``create``, of columns alone. What has another value
        in each record by itself, as an uuid has, is to be among them.
    :param dict computed: ``{field: [value of each]}`` of what ``create`` would compute
        and store, where it is not the same for all of them
    :param settled: names of stored fields that depend on these records, written
        ``model.field``, that the caller writes itself
    :return: the records, in this order
    """
    first = model.create([dict(vals) for vals in vals_list[:1]])
    rest = vals_list[1:]
    if not rest:
        return first
    names = list(dict.fromkeys(name for vals in vals_list for name in vals))
    if is_extended(model, {*names, *(computed or ())}, settled):
        return first + model.create([dict(vals) for vals in rest])
    defaults = model.default_get(names)
    columns = {
        name: [vals.get(name, defaults.get(name)) for vals in rest] for name in names
    }
    for name, values in (computed or {}).items():
        columns[name] = values[1:]
    return first + copy_row(first, columns)


def copy_row(pattern, columns):
    """Copy the row of a record; one statement.

    :param dict columns: ``{field: [value of each copy]}``; what is not among them is as
        in the pattern
    :return: the copies, in this order
    """
    pattern.flush_recordset()
    fields = [
        field
        for field in pattern._fields.values()
        if field.store and field.column_type and field.name != "id"
    ]
    copied = [field for field in fields if field.name not in columns]
    changed = [field for field in fields if field.name in columns]
    count = len(next(iter(columns.values())))
    rows = pattern.env.execute_query(
        SQL(
            """
            INSERT INTO %(table)s (%(changed)s, %(copied)s)
                 SELECT %(values)s, %(same)s
                   FROM %(table)s pattern,
                        unnest(%(arrays)s) WITH ORDINALITY
                            AS one(%(changed)s, ordinal_of_copy)
                  WHERE pattern.id = %(pattern)s
               ORDER BY one.ordinal_of_copy
              RETURNING id
            """,
            table=SQL.identifier(pattern._table),
            changed=_names(changed),
            copied=_names(copied),
            values=_names(changed, "one"),
            same=_names(copied, "pattern"),
            arrays=SQL(", ").join(_array(field, columns) for field in changed),
            pattern=pattern.id,
        )
    )
    ids = sorted(one for (one,) in rows)
    if len(ids) != count:
        raise ValueError(f"{len(ids)} of {count} copies of {pattern}")
    _forget_what_depends(pattern)
    return pattern.browse(ids)


def _forget_what_depends(model):
    """Lists that the new records are in, and what is computed of them and not stored,
    are read anew."""
    registry = model.pool
    for field in model._fields.values():
        for other in (
            *registry.field_inverses[field],
            *registry.get_dependent_fields(field),
        ):
            if not (other.store and other.column_type):
                of_other = model.env[other.model_name]
                of_other.invalidate_model([other.name], flush=False)


def is_extended(model, given=(), settled=()):
    """Whether copies of a row would lack something that ``create`` does.

    :param given: names of the fields whose value is said for each copy
    :param settled: as for :func:`create_many`
    """
    return (
        not does_as_known(model, "create")
        or not all(_is_known(check) for check in model._constraint_methods)
        or any(
            _is_filled_by_others(field)
            for name, field in model._fields.items()
            if name not in given
        )
        or bool(_dependent(model, model._fields, is_own=False) - set(settled))
    )


def is_written_as_known(model, names, settled=()):
    """Whether a statement may write these fields in the place of ``write``.

    :param names: of the fields
    :param settled: names of stored fields that depend on them, written
        ``model.field``, that the caller writes itself
    """
    return does_as_known(model, "write", "_compute_field_value") and not (
        _dependent(model, names) - set(settled)
    )


def does_as_known(model, *methods):
    """Whether nobody but those who are ``KNOWN`` extends these methods."""
    registry_class = type(model)
    for cls in registry_class.mro():
        extended = [name for name in methods if name in vars(cls)]
        # automation rules put their own in the place of Odoo's
        if extended and (cls is registry_class or not _is_known(cls)):
            return False
    return True


def _is_known(what):
    """
    :param what: a class, or a method that checks a constraint
    """
    return _addon(what) in KNOWN


def _addon(what):
    """``odoo.addons.sms``, ``odoo.orm``"""
    parts = what.__module__.split(".")
    return ".".join(parts[:3] if parts[1] == "addons" else parts[:2])


def _is_filled_by_others(field):
    """Whether an add-on that is not ``KNOWN``, or Studio, says what a new record has in
    this field, which may be another value in each of them."""
    by_known = not field.manual and all(
        f"odoo.addons.{module}" in KNOWN for module in field._modules
    )
    if by_known or not field.store:
        return False
    # what is always the same is copied with the column
    is_fixed = field.column_type and _is_constant(field.default)
    return bool(field.compute or field.related or (field.default and not is_fixed))


def _is_constant(default):
    """Odoo puts a function of its own around a default that is a plain value."""
    return getattr(default, "__module__", None) == Field.__module__


def _dependent(model, names, is_own=True):
    """Stored fields that depend on these fields of this model.

    :param bool is_own: with those of the model itself
    :return: set of ``model.field``
    """
    registry = model.pool
    return {
        f"{dependent.model_name}.{dependent.name}"
        for name in names
        if model._fields[name].store
        for dependent in registry.get_dependent_fields(model._fields[name])
        if dependent.store
        and dependent.compute
        and (is_own or dependent.model_name != model._name)
    }


def _names(fields, table=None):
    return SQL(", ").join(
        SQL.identifier(table, field.name) if table else SQL.identifier(field.name)
        for field in fields
    )


def _array(field, columns):
    values = columns[field.name]
    if field.type == "json":
        values = [json.dumps(value) if value else None for value in values]
    elif field.type != "boolean":
        values = [None if value is False else value for value in values]
    return SQL("%s::%s[]", values, SQL(field.column_type[1]))
