"""An application as Flask's and Flask-Login's tutorials write it: a login form, a page of one's own, a logout.

    python app.py [default|hardened] [port]

`default` is what one gets by typing the tutorials off: Flask keeps the session in a signed cookie. `hardened` is what
the documentation of Flask, Flask-Login, Flask-Session and Flask-WTF offers for production.
"""

import os
import secrets
import stat
import sys
import tempfile
import threading

from flask import Flask, abort, redirect, render_template_string, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.serving import WSGIRequestHandler, make_server

shape, port = (sys.argv[1:] + ["default", "0"][len(sys.argv) - 1 :])[:2]
IS_HARDENED = shape == "hardened"

app = Flask(__name__)
app.secret_key = "super secret string" if not IS_HARDENED else secrets.token_hex(32)
login_manager = LoginManager(app)
login_manager.login_view = "login"

if IS_HARDENED:
    from cachelib.file import FileSystemCache
    from flask_session import Session
    from flask_wtf.csrf import CSRFProtect

    folder = tempfile.TemporaryDirectory()
    app.config.update(
        SESSION_TYPE="cachelib",
        SESSION_CACHELIB=FileSystemCache(folder.name, threshold=0),
        SESSION_ID_LENGTH=32,
        SESSION_PERMANENT=False,
        SESSION_COOKIE_NAME="__Host-session",
        # TLS ends in front of the application.
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_SSL_STRICT=False,
    )
    Session(app)
    CSRFProtect(app)
    login_manager.session_protection = "strong"

    @app.after_request
    def keep_nothing(response):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class User(UserMixin):
    def __init__(self, name, mail, password):
        self.name, self.mail = name, mail
        self.set_password(password)

    def set_password(self, password):
        self.hash = generate_password_hash(password)
        # "Alternative Tokens" in the documentation of Flask-Login: a new password ends the account's sessions.
        self.token = secrets.token_hex(16) if IS_HARDENED else self.name

    def get_id(self):
        return self.token


users = {
    name: User(name, f"{name}@example.test", os.environ.get(f"{name.upper()}_PASSWORD", f"correct-horse-{name}"))
    for name in ("alice", "bob")
}


@login_manager.user_loader
def load_user(token):
    return next((user for user in users.values() if user.token == token), None)


CSRF = '<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">' if IS_HARDENED else ""
LOGOUT = (
    f'<form method="post" action="/logout">{CSRF}<button>Log out</button></form>'
    if IS_HARDENED
    else '<a href="/logout">Log out</a>'
)


def page(title, body, **values):
    return render_template_string(f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1>{body}", **values)


@app.get("/")
def index():
    return page("Notes", '<a href="/login">Log in</a>')


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        fields = '<input name="username"><input name="password" type="password"><button>Log in</button>'
        return page("Log in", f'<form method="post">{CSRF}{fields}</form>')
    user = users.get(request.form["username"])
    if user is None or not check_password_hash(user.hash, request.form["password"]):
        return page("Log in", "Wrong."), 401
    if IS_HARDENED:
        # In this order: an empty session keeps its id.
        app.session_interface.regenerate(session)
        session.clear()
    login_user(user)
    return redirect(url_for("account"))


@app.get("/account")
@login_required
def account():
    body = "<p>You are {{ mail }}.</p>" + LOGOUT + '<a href="/notes">Notes</a>'
    return page("Account", body, mail=current_user.mail)


# Writes into the session, as a basket or a draft does.
@app.route("/notes", methods=["GET", "POST"])
@login_required
def notes():
    if request.method == "POST":
        session["draft"] = request.form["draft"]
        return redirect(url_for("notes"))
    body = (
        '<p>{{ mail }}</p><p id="draft">{{ draft }}</p>'
        f'<form method="post">{CSRF}<input name="draft"><button>Keep</button></form>' + LOGOUT
    )
    return page("Notes", body, mail=current_user.mail, draft=session.get("draft", ""))


@app.route("/password", methods=["GET", "POST"])
@login_required
def password():
    if request.method == "GET":
        fields = '<input name="old" type="password"><input name="new" type="password"><button>Change</button>'
        return page("Password", f'<p>{{{{ mail }}}}</p><form method="post">{CSRF}{fields}</form>{LOGOUT}', mail=current_user.mail)
    user = users[current_user.name]
    if not check_password_hash(user.hash, request.form["old"]):
        abort(403)
    user.set_password(request.form["new"])
    if IS_HARDENED:
        app.session_interface.regenerate(session)
        login_user(user)
    return redirect(url_for("account"))


@app.route("/logout", methods=["POST" if IS_HARDENED else "GET"])
@login_required
def logout():
    logout_user()
    if IS_HARDENED:
        session.clear()
    return redirect(url_for("index"))


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def end_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(port), app, threaded=True, request_handler=Quiet)
    # Whoever started it through a pipe ends it by closing that.
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=end_with_input, daemon=True).start()
    print(f"http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
