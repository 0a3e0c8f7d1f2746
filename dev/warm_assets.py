# ./dev/odoo shell -d DATABASE --no-http < dev/warm_assets.py
# Build the bundles of scripts and styles that a browser test asks for, once: what a
# test builds is lost when it ends.
qweb = env["ir.qweb"]  # noqa: F821
scripts, styles = qweb._get_bundles_to_pregenarate()
unused = ("unit_tests", "tests_assets", "dark")
for bundle in sorted(scripts | styles):
    if any(word in bundle for word in unused):
        continue
    if bundle in scripts:
        qweb._get_asset_bundle(bundle, css=False, js=True).js()
    if bundle in styles:
        qweb._get_asset_bundle(bundle, css=True, js=False).css()
    if bundle in styles and "report" in bundle:  # as wkhtmltopdf asks for it
        qweb._get_asset_bundle(bundle, css=True, js=False, autoprefix=True).css()
env.cr.commit()  # noqa: F821
