// The accessible names on the pages, as a person reads them. The pages' own tables are
// crates/handstamp-pages/src/strings and the views of crates/handstamp-demo.

export const paths = {
  home: "/",
  signUp: "/sign-up",
  signIn: "/sign-in",
  devices: "/devices",
  password: "/password",
  live: "/live",
  icon: "/favicon.ico",
};

export const words = {
  account: "Email",
  password: "Password",
  currentPassword: "Current password",
  newPassword: "New password",
  remember: "Remember me",

  signUp: "Create account",
  signIn: "Sign in",
  signOut: "Sign out",
  changePassword: "Change password",

  skip: "Skip to content",
  devices: "Your devices",
  thisDevice: "This device",
  othersHeading: { none: "Other sessions", one: "1 other session", two: "2 other sessions" },
  endOne: /^End this session/,
  endOthers: "End all other sessions",
  confirm: "Confirm it is you",
  confirmEnd: /^Confirm and end/,
  endedElsewhere: "This session was ended",
  revokedListed: "You ended it from another device.",

  addToBasket: /^Add to basket/,
  basketWithOne: /^Basket\s+1 in it$/,

  counter: "Live counter",
  counterStopped: "The counter stopped",
};
