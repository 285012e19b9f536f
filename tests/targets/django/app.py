"""An application as the tutorial of Django makes it: `startproject`, its admin, and one page of one's own.

    python app.py [default|hardened] [port]

`default` has the settings that `startproject` writes. `hardened` adds what `manage.py check --deploy` and the
documentation of the settings ask for.
"""

import os
import secrets
import stat
import sys
import tempfile
import threading

import django
from django.conf import settings

shape, port = (sys.argv[1:] + ["default", "0"][len(sys.argv) - 1 :])[:2]
folder = tempfile.TemporaryDirectory()

HARDENED = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["localhost"],
    "SECURE_HSTS_SECONDS": 31536000,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_AGE": 8 * 60 * 60,
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
}

settings.configure(
    SECRET_KEY=f"django-insecure-{secrets.token_hex(25)}",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder.name}/db.sqlite3"}},
    STATIC_URL="static/",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    # Not what `startproject` writes, and what the documentation advises for tests: hundreds of logins are to be quick.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    **({"DEBUG": True} if shape == "default" else HARDENED),
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

NOTES = """<!DOCTYPE html><title>Notes</title><h1>Notes</h1><p>{{ user.email }}</p><p id="draft">{{ draft }}</p>
<form method="post">{% csrf_token %}<input name="draft"><button>Keep</button></form>
<form method="post" action="/admin/logout/">{% csrf_token %}<button>Log out</button></form>"""


# Writes into the session, as a basket or a draft does.
@login_required(login_url="/admin/login/")
def notes(request):
    if request.method == "POST":
        request.session["draft"] = request.POST["draft"]
        return redirect("/notes/")
    template = engines["django"].from_string(NOTES)
    return HttpResponse(template.render({"draft": request.session.get("draft", "")}, request))


urlpatterns = [path("admin/", admin.site.urls), path("notes/", notes)]


def as_behind_tls(application):
    """As the proxy says it in front of which TLS ends."""

    def call(environment, start_response):
        environment["HTTP_X_FORWARDED_PROTO"] = "https"
        return application(environment, start_response)

    return call


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def end_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    for name in ("alice", "bob"):
        password = os.environ.get(f"{name.upper()}_PASSWORD", f"correct-horse-{name}")
        # The admin greets by first name.
        mail = f"{name}@example.test"
        User.objects.create_superuser(name, mail, password, first_name=mail)
    # What `runserver` starts, without its reloading.
    server = ThreadedWSGIServer(("127.0.0.1", int(port)), Quiet)
    server.daemon_threads = True
    application = get_wsgi_application()
    server.set_app(application if shape == "default" else as_behind_tls(application))
    # Whoever started it through a pipe ends it by closing that.
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=end_with_input, daemon=True).start()
    print(f"http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
