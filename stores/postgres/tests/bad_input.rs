//! What is said of an address, a server or a store that is not as it should be.

mod common;

use common::{Place, Server};
use tracker_core::ports::{Change, ExperimentRecord, Store};
use tracker_core::{ErrorKind, Tracker};
use tracker_postgres::PostgresStore;

/// The kind and the text of the error of opening, without what is another each time.
fn refused(place: &Place, address: &str) -> String {
    let error = Tracker::open(address).map(drop).unwrap_err();
    shown(place, error.kind(), &error.to_string())
}

fn shown(place: &Place, kind: ErrorKind, text: &str) -> String {
    let text = format!("{kind:?}: {text}");
    assert!(!text.contains("hunter2"), "{text}");
    let server = place.address.split_once("host=").unwrap().1;
    let folder = server.split('&').next().unwrap();
    let journals = place.folder().display().to_string();
    text.replace(folder, "FOLDER")
        .replace(&journals, "JOURNALS")
        .replace(&place.schema, "SCHEMA")
}

fn place() -> (Server, Place) {
    let server = Server::start(&[]);
    let place = Place::on(&server.address);
    (server, place)
}

#[test]
fn addresses() {
    let (_server, place) = place();
    let given = |from: &str, to: &str| refused(&place, &place.address.replace(from, to));
    insta::assert_snapshot!(given("postgres?", "nowhere?"), @r#"
    NotFound: cannot open the store in `postgres://postgres@/nowhere?host=FOLDER&schema=SCHEMA`: database "nowhere" does not exist
    hint: see that the name is right, or create the database with `createdb`
    "#);
    insta::assert_snapshot!(given("schema=", "schema=A"), @r"
    Invalid: `postgres://postgres@/postgres?host=FOLDER&schema=ASCHEMA&journals=JOURNALS` names no store: the schema `ASCHEMA` has no plain name
    hint: use small letters, digits and `_`, as `schema=team_a`
    ");
    insta::assert_snapshot!(given("journals=", "sslmode=always&journals="), @r"
    Invalid: `postgres://postgres@/postgres?host=FOLDER&schema=SCHEMA&sslmode=always&journals=JOURNALS` names no store: there is no sslmode `always`
    hint: write `disable`, `prefer`, `require`, `verify-ca` or `verify-full`
    ");
    insta::assert_snapshot!(given("journals=", "password=hunter2&colour=red&journals="), @r"
    Invalid: `postgres://postgres@/postgres?host=FOLDER&schema=SCHEMA&password=***&colour=red&journals=JOURNALS` names no store: there is no option `colour`
    hint: the options are `schema`, `journals`, `sslmode`, `sslrootcert`, `user`, `password`, `host`, `hostaddr`, `port`, `dbname`, `options`, `application_name`, `sslnegotiation`, `connect_timeout`, `tcp_user_timeout`, `keepalives`, `keepalives_idle`, `keepalives_interval`, `keepalives_retries`, `target_session_attrs`, `channel_binding`, `load_balance_hosts`
    ");
    insta::assert_snapshot!(given("journals=", "ssl_mode=require&journals="), @r"
    Invalid: `postgres://postgres@/postgres?host=FOLDER&schema=SCHEMA&ssl_mode=require&journals=JOURNALS` names no store: there is no option `ssl_mode`
    hint: did you mean `sslmode`?
    ");
    insta::assert_snapshot!(given("host=", "host=/nowhere"), @r"
    Unavailable: cannot open the store in `postgres://postgres@/postgres?host=/nowhereFOLDER&schema=SCHEMA`: error connecting to server: No such file or directory (os error 2)
    hint: see that the server runs and that the address is right; try again
    ");
    insta::assert_snapshot!(given("journals=", "journals=/dev/null"), @r"
    Denied: cannot keep points on their way to the server in `/dev/nullJOURNALS`: Not a directory (os error 20)
    hint: name a folder that may be written: in the address, as `?journals=FOLDER`, or in the environment variable XDG_STATE_HOME
    ");
    insta::assert_snapshot!(refused(&place, "postgres://localhost:1/runs?user=me&password=hunter2"), @r"
    Unavailable: cannot open the store in `postgres://me@localhost:1/runs`: error connecting to server: Connection refused (os error 111)
    hint: see that the server runs and that the address is right; try again
    ");
    insta::assert_snapshot!(refused(&place, "postgres://me:hunter2@127.0.0.1:1/runs?sslrootcert=/none&sslmode=verify-full"), @r"
    Invalid: `postgres://me:***@127.0.0.1:1/runs?sslrootcert=/none&sslmode=verify-full` names no store: `/none`: I/O error: No such file or directory (os error 2)
    hint: name a file of certificates in `sslrootcert`
    ");
}

#[test]
fn passwords() {
    let (_server, place) = place();
    let create = "CREATE ROLE locked LOGIN PASSWORD 'right'";
    place.client().batch_execute(create).unwrap();
    let given = |user: &str| refused(&place, &place.address.replace("postgres@", user));
    insta::assert_snapshot!(given("locked:hunter2@"), @r#"
    Denied: cannot open the store in `postgres://locked@/postgres?host=FOLDER&schema=SCHEMA`: password authentication failed for user "locked"
    hint: see that the user and the password are right; the password may stand in the environment variable PGPASSWORD
    "#);
    insta::assert_snapshot!(given("locked@"), @r"
    Denied: cannot open the store in `postgres://locked@/postgres?host=FOLDER&schema=SCHEMA`: invalid configuration: password missing
    hint: give a password in the environment variable PGPASSWORD, or in the address
    ");
    insta::assert_snapshot!(given("nobody:hunter2@"), @r#"
    Denied: cannot open the store in `postgres://nobody@/postgres?host=FOLDER&schema=SCHEMA`: role "nobody" does not exist
    hint: see that the user and the password are right; the password may stand in the environment variable PGPASSWORD
    "#);
}

#[test]
fn rights() {
    let (_server, place) = place();
    drop(Tracker::open(&place.address).unwrap());
    let mut client = place.client();
    client.batch_execute("CREATE ROLE reader LOGIN").unwrap();
    let address = place.address.replace("postgres@", "reader@");
    insta::assert_snapshot!(refused(&place, &address), @r"
    Denied: cannot open the store in `postgres://reader@/postgres?host=FOLDER&schema=SCHEMA`: permission denied for schema SCHEMA
    hint: let the owner grant this user the right; the documentation of `tracker-postgres` says which, and `Tracker::read` needs none to write
    ");
    let elsewhere = address.replace(&place.schema, "elsewhere");
    insta::assert_snapshot!(refused(&place, &elsewhere), @r"
    Denied: cannot make the store in `postgres://reader@/postgres?host=FOLDER&schema=elsewhere`: permission denied for database postgres
    hint: let the owner grant this user the right; the documentation of `tracker-postgres` says which, and `Tracker::read` needs none to write
    ");

    let schema = &place.schema;
    let grant = format!(
        "GRANT USAGE ON SCHEMA {schema} TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader"
    );
    client.batch_execute(&grant).unwrap();
    let reader = Tracker::read(&address).unwrap();
    assert!(reader.experiments().list().unwrap().is_empty());
    let error = reader.experiment("digits").unwrap_err();
    insta::assert_snapshot!(shown(&place, error.kind(), &error.to_string()), @r"
    Denied: `postgres://reader@/postgres?host=FOLDER&schema=SCHEMA&journals=JOURNALS` cannot be written: it was opened to be read
    hint: open it with `Tracker::open` to change it
    ");
    let error = Tracker::open(&address)
        .unwrap()
        .experiment("digits")
        .unwrap_err();
    insta::assert_snapshot!(shown(&place, error.kind(), &error.to_string()), @r"
    Denied: cannot change the store in `postgres://reader@/postgres?host=FOLDER&schema=SCHEMA`: permission denied for table journals
    hint: let the owner grant this user the right; the documentation of `tracker-postgres` says which, and `Tracker::read` needs none to write; what this call adds is kept in the journal: do not add it again
    ");

    let grant = format!(
        "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO reader;
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO reader"
    );
    client.batch_execute(&grant).unwrap();
    let writer = Tracker::open(&address).unwrap();
    writer.experiment("digits").unwrap();
    writer.flush().unwrap();
}

#[test]
fn stores() {
    let (_server, place) = place();
    let read = |place: &Place| {
        let error = Tracker::read(&place.address).map(drop).unwrap_err();
        shown(place, error.kind(), &error.to_string())
    };
    insta::assert_snapshot!(read(&place), @r"
    NotFound: there is no store at `postgres://postgres@/postgres?host=FOLDER&schema=SCHEMA`
    hint: see that the path is right; a program creates the store when it opens a tracker
    ");
    let existing = Tracker::open_existing(&place.address).map(drop);
    assert_eq!(existing.unwrap_err().kind(), ErrorKind::NotFound);

    let mut client = place.client();
    let others = format!("CREATE SCHEMA {0}; CREATE TABLE {0}.runs ()", place.schema);
    client.batch_execute(&others).unwrap();
    insta::assert_snapshot!(refused(&place, &place.address), @r"
    Invalid: `postgres://postgres@/postgres?host=FOLDER&schema=SCHEMA` is no store of a tracker: the schema `SCHEMA` has tables of another program
    hint: it was left as it is; give the path of another file
    ");

    client.batch_execute("DROP TABLE runs").unwrap();
    drop(Tracker::open(&place.address).unwrap());
    client
        .batch_execute("UPDATE store SET version = 99")
        .unwrap();
    insta::assert_snapshot!(refused(&place, &place.address), @r"
    Unsupported: `postgres://postgres@/postgres?host=FOLDER&schema=SCHEMA` has version 99 of the tables, and this version reads up to 1
    hint: update the `tracker-postgres` package, or give the path of another file
    ");
}

#[test]
fn databases() {
    let (_server, place) = place();
    let create = "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0";
    place.client().batch_execute(create).unwrap();
    let latin = place.address.replace("/postgres?", "/latin?");
    insta::assert_snapshot!(refused(&place, &latin), @r"
    Invalid: cannot make a store in `postgres://postgres@/latin?host=FOLDER&schema=SCHEMA`: the database has the encoding LATIN1
    hint: create the database with `createdb --encoding UTF8 --template template0`
    ");
}

#[test]
fn names_that_are_too_long() {
    let place = Place::new();
    let store = PostgresStore::open(&place.address).unwrap();
    // Random enough that it cannot be made shorter.
    let name: String = (0..4_000_u32)
        .map(|at| char::from_u32(0x4e00 + at * 7_919 % 20_000).unwrap())
        .collect();
    let create = Change::CreateExperiment(ExperimentRecord::new(name));
    let error = store.apply(&[create], None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(error.to_string().contains("shorten it"), "{error}");
    assert!(store.experiments().unwrap().is_empty());
}
