# Packages of Debian's archive, unpacked into the state folder: no root needed, and
# nothing on the system changes. Sourced after common.sh. shellcheck shell=bash

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# Odoo 19 is in Debian's "sid" only; what it links to comes from the machine's own
# suite (sid's Font Awesome 7 would break Odoo's icons).
ODOO_PACKAGES="odoo-19 fonts-font-awesome fonts-inconsolata fonts-montserrat
    fonts-ocr-b fonts-roboto-unhinted libjs-jquery libjs-jquery-form libjs-underscore"

suite() { (. /etc/os-release && echo "${VERSION_CODENAME:-}"); }

# The archive's address, from this machine's own apt configuration. Twice, since
# --no-release-info also answers where "apt update" never ran, and the other
# where the sources say "stable" rather than a codename.
debian_mirror() {
    local format='$(REPO_URI)|$(RELEASE)|$(COMPONENT)' by_codename='$(REPO_URI)|$(CODENAME)|$(COMPONENT)'
    {
        apt-get indextargets --no-release-info --format "$format" 'Created-By: Packages'
        apt-get indextargets --format "$by_codename" 'Created-By: Packages'
    } 2>/dev/null | awk -F'|' -v suite="$1" '$2 == suite && $3 == "main" && !n++ {print $1}'
}

check_debian() {
    local code mirror
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail \
        "This is no Debian: apt-get is missing." \
        "Use an Odoo 19 and a PostgreSQL that are there already:" \
        "ODOO_HOME=/path/to/odoo DATABASE_URL=postgresql://user:password@host:5432/postgres ./dev/${0##*/}"
    code=$(suite)
    mirror=$(debian_mirror "$code")
    [ -n "$mirror" ] || fail "No Debian archive for \"$code\" in this machine's apt sources." \
        "Put a line like  deb MIRROR $code main  into /etc/apt/sources.list (MIRROR: an address of Debian's archive)," \
        "or use an Odoo that is there already:  ODOO_HOME=/path/to/odoo ./dev/${0##*/}"
    [ -r $DEBIAN_KEYRING ] || need_debian_packages debian-archive-keyring
    [ -r /etc/ssl/certs/ca-certificates.crt ] || case $mirror in https:*) need_debian_packages ca-certificates ;; esac
}

# private_apt DIR SUITE…: an apt of our own, with its own lists, which takes from the other suites only
# what this machine's own has not. The machine's proxy and certificates still count, and signatures are checked.
private_apt() {
    local dir=$1 mirror other
    shift
    mirror=$(debian_mirror "$(suite)")
    rm -rf "$dir"
    mkdir -p "$dir"/{lists/partial,cache/archives/partial,sources,debs}
    cat >"$dir/sources/debian.sources" <<EOF
Types: deb
URIs: $mirror
Suites: $*
Components: main
Architectures: $(dpkg --print-architecture)
Signed-By: $DEBIAN_KEYRING
EOF
    for other in "${@:2}"; do
        printf 'Package: *\nPin: release n=%s\nPin-Priority: 1\n\n' "$other"
    done >"$dir/preferences"
    cat >"$dir/apt.conf" <<EOF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$dir/sources";
Dir::Etc::preferences "$dir/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::State::extended_states "$dir/extended_states";
Dir::Cache "$dir/cache";
Dir::Cache::archives "$dir/cache/archives";
Dir::Log "$dir";
Debug::NoLocking "true";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
EOF
    # Without Error-Mode=any a bad signature is a warning, and the exit code 0.
    apt-get -c "$dir/apt.conf" -o APT::Update::Error-Mode=any update -qq || {
        echo "The Debian archive $mirror (from this machine's apt sources) cannot be used: see above."
        echo "Check the network, the clock, /etc/apt/sources.list and the proxy, or use an Odoo that is there"
        echo "already:  ODOO_HOME=/path/to/odoo (and DATABASE_URL=postgresql://…)"
        return 1
    }
}

put_in_place() {
    rm -rf "$1"
    mv "$1.new" "$1"
}

# unpack_debs FROM INTO: into INTO.new, for put_in_place when it is whole.
unpack_debs() {
    local deb
    rm -rf "$2.new"
    mkdir -p "$2.new"
    for deb in "$1"/*.deb; do
        case ${deb##*/} in
            # Dependencies that the programs we want do not load (PostgreSQL's jit is off).
            # The C libraries are the machine's own in any case: those of old programs are compatible.
            libc6_* | libgcc-s1_* | libstdc++6_* | libcrypt1_* | dpkg_* | debconf_* | tar_* | libllvm* | libz3* | perl* | libperl* | locales_* | iso-codes* | libgl1-mesa-dri*) continue ;;
        esac
        # /addons is a copy of some of odoo/addons.
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$2.new" --no-same-owner \
            --exclude=./usr/share/doc --exclude=./usr/share/man \
            --exclude=./usr/lib/python3/dist-packages/addons
    done
}

# ---------------------------------------------------------------- Odoo

unpack_odoo() {
    local apt=$STATE/apt root=$STATE/root link target stub
    private_apt "$apt" "$(suite)" sid
    # Into an empty folder: apt does not check a file that is there already.
    (cd "$apt/debs" && apt-get -c "$apt/apt.conf" download -q $ODOO_PACKAGES)
    unpack_debs "$apt/debs" "$root"
    # Debian's links lead to /usr/share: let them lead into the private root.
    find "$root.new" -type l | while read -r link; do
        target=$(readlink "$link")
        case $target in /usr/*) ln -sfn "$root$target" "$link" ;; esac
    done
    # Debian leaves out this file, which is not free; Odoo's backend names it all the same,
    # and the error on the console would fail every browser test.
    stub=$root.new/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation
    mkdir -p "$stub"
    [ -e "$stub/selfie_segmentation.js" ] || echo '/* not in the Debian package */' >"$stub/selfie_segmentation.js"
    put_in_place "$root"
    rm -rf "$apt"
}

# ---------------------------------------------------------------- native programs

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_browser() { command -v google-chrome || command -v chromium || command -v chromium-browser; } >/dev/null

FAKESMSC=/usr/lib/kannel/test/fakesmsc # a program of Kannel's own tests: an operator
kannel_box() { PATH=$PATH:/usr/sbin command -v "$1"; }
has_kannel() { kannel_box bearerbox && kannel_box smsbox && [ -x $FAKESMSC ]; } >/dev/null

# What this machine lacks of what we run.
missing_native() {
    if [ -n "${DATABASE_URL:-}" ]; then
        command -v psql >/dev/null || echo postgresql
    else
        has_postgres || echo postgresql
    fi
    command -v wkhtmltopdf >/dev/null || echo wkhtmltopdf
    command -v pdftoppm >/dev/null || echo poppler-utils
}

# unpack_native NAME PACKAGE…: with their dependencies that this machine lacks.
unpack_native() {
    local name=$1 apt=$STATE/apt
    shift
    if [ "$name" = wkhtmltopdf ]; then
        # Its libraries are older than this machine's: fetch all of them, as if nothing was installed.
        private_apt "$apt" bookworm
        sed -i "s|/var/lib/dpkg/status|$apt/status|" "$apt/apt.conf"
        touch "$apt/status"
    else
        private_apt "$apt" "$(suite)"
    fi
    # --reinstall: also what this machine has of them, since it has not all
    apt-get -c "$apt/apt.conf" -q -d -y --no-install-recommends --reinstall install "$@"
    unpack_debs "$apt/cache/archives" "$STATE/$name"
    put_in_place "$STATE/$name"
    rm -rf "$apt"
    write_fonts_conf "$STATE/$name"
    write_wrappers "$STATE/$name"
}

libraries_of() { # the folders of private libraries, for LD_LIBRARY_PATH
    local arch
    arch=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
    echo "$1/usr/lib/$arch:$1/lib/$arch:$1/usr/lib/$arch/pulseaudio"
}

# The machine's own fonts, and ours. Our <dir> come after the includes, one of which may empty
# the list: with no font at all wkhtmltopdf crashes.
write_fonts_conf() {
    local conf
    {
        echo '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        echo '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        for conf in 30-metric-aliases 45-latin 60-latin; do
            echo "<include ignore_missing=\"yes\">$1/usr/share/fontconfig/conf.avail/$conf.conf</include>"
        done
        echo "<dir>$1/usr/share/fonts</dir><dir>$STATE/root/usr/share/fonts</dir>"
        echo "<cachedir>$STATE/cache/fontconfig</cachedir></fontconfig>"
    } >"$1/fonts.conf"
}

# A small script in bin/ for each private program, which finds its libraries and fonts.
write_wrappers() {
    local root=$1 program file libraries
    libraries=$(libraries_of "$root")
    mkdir -p "$STATE/bin" "$STATE/run"
    chmod 700 "$STATE/run"
    for program in wkhtmltopdf wkhtmltoimage pdftoppm pdftotext pdfinfo chromium psql createdb dropdb pg_dump \
        bearerbox smsbox fakesmsc; do
        case $program in
            bearerbox | smsbox) file=$root/usr/sbin/$program ;;
            fakesmsc) file=$root$FAKESMSC ;;
            chromium) file=$root/usr/lib/chromium/chromium ;;
            psql | createdb | dropdb | pg_dump) file=$(compgen -G "$root/usr/lib/postgresql/*/bin/$program" | tail -n 1 || true) ;;
            *) file=$root/usr/bin/$program ;;
        esac
        [ -n "$file" ] && [ -x "$file" ] || continue
        cat >"$STATE/bin/$program" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH=$libraries FONTCONFIG_FILE=$root/fonts.conf
export XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-$STATE/run}"
export QT_PLUGIN_PATH=${libraries%%:*}/qt5/plugins QT_QPA_PLATFORM=offscreen
exec $file "\$@"
EOF
        chmod 755 "$STATE/bin/$program"
    done
}
