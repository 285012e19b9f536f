//! Cookies that no browser of ours would send: thousands of them, and none reaches the store.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use handstamp::{
    RealmKey, RealmName, Sessions, TOKEN_LENGTH, TOKEN_PREFIX, device::DeviceFacts, store::MemoryStore,
};
use http::{HeaderValue, Method, StatusCode, header};

use crate::support::{COOKIE, Client, Kind, World};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Numbers that look random and are the same in every run (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a small number");
        usize::try_from(self.next() % bound).expect("a small number")
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// `Cookie` lines of one request.
type Lines = Vec<Vec<u8>>;

fn cookie(value: impl AsRef<[u8]>) -> Lines {
    vec![[format!("{COOKIE}=").as_bytes(), value.as_ref()].concat()]
}

/// A genuine token with one character exchanged, at every place for every other character.
fn changed(token: &str) -> Vec<Lines> {
    let body = token.bytes().enumerate().skip(TOKEN_PREFIX.len());
    body.flat_map(|(at, old)| ALPHABET.iter().filter(move |new| **new != old).map(move |new| (at, *new)))
        .map(|(at, new)| {
            let mut bytes = token.as_bytes().to_vec();
            bytes[at] = new;
            cookie(bytes)
        })
        .collect()
}

fn shortened_and_lengthened(token: &str) -> Vec<Lines> {
    let short = (0..TOKEN_LENGTH).flat_map(|length| [cookie(&token[..length]), cookie(&token[length..])]);
    let short = short.skip(2);
    let long = ALPHABET.iter().map(|more| cookie([token.as_bytes(), &[*more]].concat()));
    short.chain(long).chain([cookie(format!("{token}=")), cookie(format!("{token}{token}"))]).collect()
}

/// The right form and a genuine session id, but not from us: other generations, secrets, keys, MACs.
fn forged(token: &str, numbers: &mut Numbers) -> Vec<Lines> {
    let genuine = URL_SAFE_NO_PAD.decode(&token[TOKEN_PREFIX.len()..]).expect("the token is base64url");
    let mut forge = |from: usize, to: usize| {
        let mut bytes = genuine.clone();
        bytes[from..to].copy_from_slice(&numbers.bytes(to - from));
        cookie(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    };
    let ranges = [(0, 16), (16, 20), (20, 52), (52, 55), (55, 63), (16, 63), (0, 63), (20, 63)];
    (0..250).flat_map(|_| ranges).map(|(from, to)| forge(from, to)).collect()
}

fn spelled_otherwise(token: &str) -> Vec<Lines> {
    let encoded = token.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    [
        format!("\"{token}\""),
        format!("'{token}'"),
        encoded,
        token.replace('_', "%5F"),
        token.replace("hst1_", "hst2_"),
        token.replace("hst1_", "HST1_"),
        token.replace("hst1_", "hst1-"),
        token.replace("hst1_", ""),
        format!("hst1_{token}"),
        format!(" x{token}"),
        format!("{token}, {token}"),
        format!("{token},"),
        format!("{token}\t{token}"),
        token.to_uppercase(),
        token.to_lowercase(),
        format!("{}\u{e9}", &token[..TOKEN_LENGTH - 2]),
        format!("{}+/", &token[..TOKEN_LENGTH - 2]),
        format!("{}==", &token[..TOKEN_LENGTH - 2]),
    ]
    .into_iter()
    .map(cookie)
    .collect()
}

fn under_other_names(token: &str) -> Vec<Lines> {
    let lower = COOKIE.to_lowercase();
    let names = [
        lower.as_str(),
        "__HOST-HTTP-SESSION",
        "%5F_Host-Http-session",
        "__Host-Http-session ",
        "__Host-Http-session\t",
        "__Host-Http-session%20",
        "__Host-Http-sessio",
        "__Host-Http-session2",
        "__Host-session",
        "__Secure-session",
        "session",
        "=__Host-Http-session",
        "x=__Host-Http-session",
        "\u{a0}__Host-Http-session",
        "\u{2000}__Host-Http-session",
        "$Version=1,__Host-Http-session",
        "a=b,__Host-Http-session",
        "",
    ];
    names.iter().map(|name| vec![format!("{name}={token}").into_bytes()]).collect()
}

fn repeated(token: &str) -> Vec<Lines> {
    let good = format!("{COOKIE}={token}");
    let others = [good.clone(), format!("{COOKIE}="), format!("{COOKIE}=x"), format!("{COOKIE}={token}x")];
    others
        .iter()
        .flat_map(|other| {
            [
                vec![format!("{good}; {other}").into_bytes()],
                vec![format!("{other}; {good}").into_bytes()],
                vec![good.clone().into_bytes(), other.clone().into_bytes()],
                vec![other.clone().into_bytes(), b"a=b".to_vec(), good.clone().into_bytes()],
                vec![format!("{good};{other};{other};").into_bytes()],
            ]
        })
        .collect()
}

fn oversized(token: &str) -> Vec<Lines> {
    let sizes = [90, 4096, 8192, 65_000, 65_536, 100_000, 1_000_000];
    let mut all: Vec<_> = sizes.into_iter().map(|size| cookie("A".repeat(size))).collect();
    // A genuine one that is buried under more than anybody sends.
    let padding = format!("a={}", "b".repeat(66_000));
    all.push(vec![format!("{padding}; {COOKIE}={token}").into_bytes()]);
    all.push(vec![format!("{COOKIE}={token}").into_bytes(), padding.into_bytes()]);
    let many = (0..5000).map(|n| format!("c{n}=0123456789")).collect::<Vec<_>>().join("; ");
    all.push(vec![format!("{many}; {COOKIE}={token}").into_bytes()]);
    all
}

fn noise(numbers: &mut Numbers) -> Vec<Lines> {
    let legal = |byte: u8| if byte < 0x20 || byte == 0x7f || byte == b';' { b'.' } else { byte };
    let mut value = |most: usize| {
        let count = numbers.below(most);
        numbers.bytes(count).into_iter().map(legal).collect::<Vec<_>>()
    };
    let any = (0..1500).map(|_| value(200)).map(cookie).collect::<Vec<_>>();
    let with_prefix = (0..1500).map(|_| {
        let mut noise = value(120);
        noise.resize(TOKEN_LENGTH - TOKEN_PREFIX.len(), b'!');
        cookie([TOKEN_PREFIX.as_bytes(), &noise].concat())
    });
    let mut all = any;
    all.extend(with_prefix);
    all
}

async fn from_elsewhere() -> Vec<Lines> {
    let mut all = Vec::new();
    for _ in 0..50 {
        let stranger = Sessions::builder(MemoryStore::new()).key(RealmKey::generate()).build();
        let begun = stranger.expect("the defaults are good").begin(DeviceFacts::default()).await;
        all.push(cookie(begun.expect("the memory store answers").token.expose()));
    }
    all
}

#[tokio::test]
async fn ten_thousand_bad_cookies_reach_no_store_and_make_nobody_of_their_sender() {
    let world = World::new();
    let mut client = world.signed_in("ada").await;
    client.post("/basket?text=tea").await;
    let token = client.token().to_owned();
    let mut numbers = Numbers(7);
    let bad = [
        changed(&token),
        shortened_and_lengthened(&token),
        forged(&token, &mut numbers),
        spelled_otherwise(&token),
        under_other_names(&token),
        repeated(&token),
        oversized(&token),
        noise(&mut numbers),
        from_elsewhere().await,
    ]
    .concat();
    assert!(bad.len() >= 10_000, "only {}", bad.len());

    let mut sender = world.client();
    world.spy.forget();
    for (number, lines) in bad.iter().enumerate() {
        let kind = Kind::ALL[number % Kind::ALL.len()];
        let mut request = sender.request(kind, &Method::GET, "/who");
        for line in lines {
            let line = HeaderValue::from_bytes(line).expect("the line is a header value");
            request.headers_mut().append(header::COOKIE, line);
        }
        let answer = sender.send(request).await;
        let shown =
            lines.iter().map(|line| String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned());
        let shown = shown.collect::<Vec<_>>();
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "nobody"), "{shown:?}");
        assert_eq!(answer.set_cookies(), [] as [&str; 0], "{shown:?}");
    }
    world.spy.assert_operations(&[]);
    assert_eq!(client.get("/basket").await.body, "tea");
    println!("{} bad cookies, no store call", bad.len());
}

#[tokio::test]
async fn a_cookie_that_is_not_ours_is_never_adopted() {
    let world = World::new();
    let other =
        Sessions::builder(MemoryStore::new()).realm(RealmName::new("other").unwrap()).build().unwrap();
    let foreign = other.begin(DeviceFacts::default()).await.unwrap().token;
    for bad in [foreign.expose(), "chosen-by-the-attacker", &"A".repeat(TOKEN_LENGTH)] {
        for path in ["/basket?text=tea", "/sign-in?account=ada"] {
            let mut client = world.client().holding(bad);
            let answer = client.post(path).await;
            assert_eq!((answer.status, answer.set_cookies().len()), (StatusCode::OK, 1));
            assert_ne!(client.token(), bad);
            assert_ne!(client.token().get(5..26), bad.get(5..26), "not even the id is taken over");
        }
    }
}

#[tokio::test]
async fn a_genuine_token_of_a_session_that_nobody_remembers_is_anonymous() {
    let key = RealmKey::generate();
    let text = key.expose().to_string();
    let build = |store| {
        Sessions::builder(store)
            .key(RealmKey::parse(&text).expect("the key is one"))
            .build()
            .expect("good defaults")
    };
    let before = build(MemoryStore::new()).begin(DeviceFacts::default()).await.unwrap();
    let app = crate::shop::routes().layer(build(MemoryStore::new()).layer());
    let mut client = Client::new(&app).holding(before.token.expose());
    let answer = client.get("/who").await;
    assert_eq!(answer.body, "nobody");
    answer.leaves_the_cookie();
}
