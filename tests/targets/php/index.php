<?php
// An application as the tutorials of PHP write it: a login form, a page of one's own, a logout.
//
//   PHP_CLI_SERVER_WORKERS=4 SHAPE=default STATE=folder php -S localhost:3000 index.php
//
// `default` is what one gets by typing the tutorials off. `hardened` is what the manual says about the security of
// sessions, and a little thought about sign-in, sign-out and the password.

$hardened = getenv('SHAPE') === 'hardened';
$state = getenv('STATE') ?: sys_get_temp_dir();

// Users live in a file; a real application has a database.
function users(?callable $change = null): array
{
    global $state;
    $file = fopen("$state/users.json", 'c+');
    flock($file, LOCK_EX);
    $users = json_decode(stream_get_contents($file), true) ?? [];
    foreach ($users ? [] : ['alice', 'bob'] as $name) {
        $password = getenv(strtoupper($name) . '_PASSWORD') ?: "correct-horse-$name";
        $users[$name] = [
            'mail' => "$name@example.test",
            'hash' => password_hash($password, PASSWORD_DEFAULT),
            'changed' => 0,
        ];
        $change ??= fn ($users) => $users;
    }
    if ($change) {
        $users = $change($users);
        ftruncate($file, 0);
        rewind($file);
        fwrite($file, json_encode($users));
    }
    fclose($file);
    return $users;
}

function page(string $title, string $body): void
{
    echo "<!DOCTYPE html><title>$title</title><h1>$title</h1>$body";
}

function redirect(string $to): never
{
    header("Location: $to", true, 303);
    exit;
}

function logout_form(): string
{
    global $hardened;
    return $hardened
        ? '<form method="post" action="/logout"><button>Log out</button></form>'
        : '<a href="/logout">Log out</a>';
}

ini_set('session.save_path', $state);
if ($hardened) {
    ini_set('session.use_strict_mode', '1');
    session_name('__Host-sid');
    // TLS ends in front of the application.
    session_set_cookie_params(['path' => '/', 'secure' => true, 'httponly' => true, 'samesite' => 'Lax']);
    header('Referrer-Policy: no-referrer');
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? 'none';
    $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
    $foreign = !in_array($site, ['same-origin', 'none'], true)
        || ($origin !== null && preg_replace('#^https?://#', '', $origin) !== $_SERVER['HTTP_HOST']);
    if ($_SERVER['REQUEST_METHOD'] === 'POST' && $foreign) {
        http_response_code(403);
        exit('This came from another site.');
    }
}
session_start();

// Who is signed in. Hardened, a session from before a change of the password is over.
function user(): array
{
    global $hardened;
    $users = users();
    $name = $_SESSION['user'] ?? null;
    $user = $name === null ? null : $users[$name] ?? null;
    if ($user === null || ($hardened && ($_SESSION['changed'] ?? null) !== $user['changed'])) {
        redirect('/login');
    }
    return ['name' => $name] + $user;
}

function sign_in(string $name): void
{
    global $hardened;
    if ($hardened) {
        session_regenerate_id(true);
        $_SESSION = ['changed' => users()[$name]['changed']];
    }
    $_SESSION['user'] = $name;
}

$is_post = $_SERVER['REQUEST_METHOD'] === 'POST';
switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/':
        page('Notes', '<a href="/login">Log in</a>');
        break;

    case '/login':
        if (!$is_post) {
            page('Log in', '<form method="post"><input name="username"><input name="password" type="password">'
                . '<button>Log in</button></form>');
            break;
        }
        $name = (string) ($_POST['username'] ?? '');
        if (!password_verify($_POST['password'] ?? '', users()[$name]['hash'] ?? '')) {
            http_response_code(401);
            page('Log in', 'Wrong.');
            break;
        }
        sign_in($name);
        redirect('/account');

    case '/account':
        $user = user();
        page('Account', '<p>You are ' . htmlspecialchars($user['mail']) . '.</p><a href="/notes">Notes</a>' . logout_form());
        break;

    case '/notes':
        $user = user();
        // Writes into the session, as a basket or a draft does.
        if ($is_post) {
            $_SESSION['draft'] = $_POST['draft'] ?? '';
            redirect('/notes');
        }
        page('Notes', '<p>' . htmlspecialchars($user['mail']) . '</p><p id="draft">'
            . htmlspecialchars($_SESSION['draft'] ?? '') . '</p>'
            . '<form method="post"><input name="draft"><button>Keep</button></form>' . logout_form());
        break;

    case '/password':
        $user = user();
        if (!$is_post || !password_verify($_POST['old'] ?? '', $user['hash'])) {
            http_response_code($is_post ? 403 : 200);
            page('Password', '<p>' . htmlspecialchars($user['mail']) . '</p><form method="post"><input name="old" '
                . 'type="password"><input name="new" type="password"><button>Change</button></form>' . logout_form());
            break;
        }
        users(function (array $users) use ($user): array {
            $users[$user['name']]['hash'] = password_hash($_POST['new'], PASSWORD_DEFAULT);
            $users[$user['name']]['changed']++;
            return $users;
        });
        if ($hardened) {
            sign_in($user['name']);
        }
        redirect('/account');

    case '/logout':
        if ($hardened && !$is_post) {
            redirect('/account');
        }
        $_SESSION = [];
        if ($hardened) {
            setcookie(session_name(), '', ['expires' => 1] + array_diff_key(session_get_cookie_params(), ['lifetime' => 0]));
        }
        session_destroy();
        redirect('/');

    default:
        http_response_code(404);
        page('Nothing here', '');
}
