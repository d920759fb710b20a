//! The addresses under `/explore/`: statuses, loading, refusals, uploads.

use crate::fixtures::path;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use leakguard::deliver::explore::{Explorer, View};
use leakguard::explore::shelf::{Capacity, Shelf};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

struct Site {
    router: Router,
    uploads: PathBuf,
    view: View,
}

impl Site {
    fn new(name: &str, files: &[&str]) -> Self {
        let shelf = Shelf::new(Capacity { snapshots: 8, bytes: u64::MAX }, 1, None);
        for file in files {
            shelf.add(path(file), format!("{file}.heapsnapshot.gz"), false).unwrap();
        }
        let uploads = std::env::temp_dir().join(format!("leakguard-http-{name}-{}", std::process::id()));
        let explorer = Explorer::new(Arc::clone(&shelf)).with_uploads(uploads.clone(), 4 << 20).unwrap();
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/bin/leakguard.js");
        let report =
            serde_json::json!({ "verdict": "leak", "suspects": [{ "definedAt": { "file": here } }] });
        let view = View::new(explorer, Some(report), "0.0.0");
        Self { router: view.clone().routes(), uploads, view }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, address: &str) -> (StatusCode, Value) {
        read(self.send(Request::get(address).body(Body::empty()).unwrap()).await).await
    }

    /// Asks until nothing is loading any more.
    async fn answer(&self, address: &str) -> (StatusCode, Value) {
        for _ in 0..6000 {
            let (status, body) = self.get(address).await;
            if status != StatusCode::ACCEPTED {
                return (status, body);
            }
            match body["state"].as_str() {
                Some("loading") => {
                    assert!(["wait", "read", "analyze"].contains(&body["phase"].as_str().unwrap()));
                }
                state => assert_eq!(state, Some("indexing"), "{body}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{address} is still loading");
    }

    async fn ready(&self, address: &str) -> Value {
        let (status, body) = self.answer(address).await;
        assert_eq!(status, StatusCode::OK, "{address}: {body}");
        body
    }

    async fn refused(&self, address: &str, status: StatusCode, code: &str) {
        let (found, body) = self.answer(address).await;
        assert_eq!((found, body["error"]["code"].as_str()), (status, Some(code)), "{address}: {body}");
    }
}

async fn read(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(test);
}

#[test]
fn every_question_has_an_address() {
    run(async {
        let site = Site::new("questions", &["node22-server-a", "node22-server-b"]);
        let summary = site.ready("/explore/s1/summary").await;
        assert_eq!(
            (summary["id"].as_str(), summary["name"].as_str()),
            (Some("s1"), Some("node22-server-a.heapsnapshot.gz"))
        );
        let (status, _) = site.get("/explore/s1/summary").await;
        assert_eq!(status, StatusCode::OK, "at once, now that it is open");

        let classes = site.ready("/explore/s1/classes?limit=3&sort=count&order=asc").await;
        assert_eq!(classes["rows"].as_array().unwrap().len(), 3);
        let index = &classes["rows"][0]["index"];
        let nodes = site.ready(&format!("/explore/s1/classes/{index}/nodes?sort=id")).await;
        assert_eq!(nodes["total"], classes["rows"][0]["count"]);
        let node = &nodes["rows"][0];
        let by_id = site.ready(&format!("/explore/s1/nodes?nodeId={}", node["id"])).await;
        let by_index = site.ready(&format!("/explore/s1/nodes/{}", node["index"])).await;
        assert_eq!(by_id, by_index);
        for question in [
            "nodes/0/children?sort=retainedSize&filter=root",
            "nodes/1/retainers",
            "search?q=server&limit=5",
            "search?q=http&kind=string",
            "search?q=@1&kind=id",
            "strings",
            "strings?by=size",
            "buffers?offset=1",
        ] {
            let page = site.ready(&format!("/explore/s1/{question}")).await;
            assert!(page["total"].as_u64().unwrap() > 0, "{question}");
        }
        let tree = site.ready("/explore/s1/dominators?depth=1&limit=5").await;
        assert_eq!(tree["children"].as_array().unwrap().len(), 4);
        let pair = "base=s1&head=s2";
        let changes = site.ready(&format!("/explore/compare?{pair}&sort=addedSize&limit=1")).await;
        let key = changes["rows"][0]["key"].as_str().unwrap();
        let key: String = key.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let added = site.ready(&format!("/explore/compare/objects?{pair}&kind=added&key={key}")).await;
        assert_eq!(added["total"], changes["rows"][0]["addedCount"]);
        assert!(site.ready(&format!("/explore/compare/growth?{pair}")).await["rows"][0]["growth"].is_u64());
        let diagnosis = site.ready("/explore/diagnosis?ids=s1,s2").await;
        assert_eq!(diagnosis["unit"], "snapshot");
        assert_eq!(site.ready("/explore/diagnosis?ids=s1,s2").await, diagnosis);
        assert_eq!(site.ready("/report").await["diagnosis"]["verdict"], "leak");
        assert_eq!(site.ready("/stats").await["capabilities"]["upload"], true);
        let root = env!("CARGO_MANIFEST_DIR");
        let source = site.ready(&format!("/source?file={root}/bin/leakguard.js&line=1")).await;
        assert_eq!(source["lines"][0], "#!/usr/bin/env node");
        let other = format!("/source?file={root}/lib/cli.js&line=1");
        site.refused(&other, StatusCode::NOT_FOUND, "LG_HTTP_NOT_FOUND").await;
    });
}

#[test]
fn what_makes_no_sense_is_refused_with_a_code() {
    run(async {
        let site = Site::new("refusals", &["node22-server-a"]);
        let (wrong, missing) = (StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND);
        site.refused("/explore/s9/summary", missing, "LG_HTTP_NOT_FOUND").await;
        site.refused("/explore/s1/classes?sort=weight", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/s1/classes?limit=-1", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/s1/nodes/none", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/s1/nodes/4000000000", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/s1/classes/4000000000/nodes", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/s1/nodes?nodeId=4000000000", missing, "LG_NO_OBJECT").await;
        site.refused("/explore/s1/search?q=x&kind=id", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/compare?base=s1&head=s9", missing, "LG_HTTP_NOT_FOUND").await;
        site.refused("/explore/diagnosis?ids=", wrong, "LG_HTTP_ARGUMENT").await;
        site.refused("/explore/diagnosis?ids=s1,s9", missing, "LG_HTTP_NOT_FOUND").await;
        site.refused("/snapshots/s9/download", missing, "LG_HTTP_NOT_FOUND").await;
        site.refused("/explore/%ff/summary", wrong, "LG_HTTP_ARGUMENT").await;
    });
}

#[test]
fn an_upload_is_a_snapshot_until_it_is_deleted() {
    run(async {
        let site = Site::new("uploads", &[]);
        let bytes = fs::read(path("node20-weak-a")).unwrap();
        let post =
            |body: Vec<u8>| Request::post("/explore/files?name=mine.gz").body(Body::from(body)).unwrap();
        let (status, body) = read(site.send(post(bytes.clone())).await).await;
        assert_eq!((status, body["id"].as_str()), (StatusCode::CREATED, Some("s1")));
        assert!(site.ready("/explore/s1/summary").await["nodeCount"].as_u64().unwrap() > 1000);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&site.uploads), 0o700);
            let file = fs::read_dir(&site.uploads).unwrap().next().unwrap().unwrap().path();
            assert_eq!(mode(&file), 0o600);
        }
        let plain = site.send(Request::get("/snapshots/s1/download").body(Body::empty()).unwrap()).await;
        assert_eq!(
            plain.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"mine.gz.heapsnapshot\""
        );
        let plain = to_bytes(plain.into_body(), 64 << 20).await.unwrap();
        assert!(plain.starts_with(b"{\"snapshot\""), "inflated");
        let zipped = Request::get("/snapshots/s1/download").header("accept-encoding", "br, gzip;q=0.5");
        let zipped = site.send(zipped.body(Body::empty()).unwrap()).await;
        assert_eq!(zipped.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(to_bytes(zipped.into_body(), 64 << 20).await.unwrap(), bytes);

        let (status, _) =
            read(site.send(Request::delete("/explore/files/s1").body(Body::empty()).unwrap()).await).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        site.refused("/explore/s1/summary", StatusCode::NOT_FOUND, "LG_HTTP_NOT_FOUND").await;

        let (status, body) = read(site.send(post(b"no snapshot at all".to_vec())).await).await;
        assert_eq!(status, StatusCode::CREATED);
        let id = body["id"].as_str().unwrap();
        site.refused(&format!("/explore/{id}/summary"), StatusCode::UNPROCESSABLE_ENTITY, "LG_PARSE_SYNTAX")
            .await;
        let files = site.ready("/explore/files").await;
        assert_eq!(files["files"][0]["state"], "failed");
        assert_eq!(files["files"][0]["error"]["code"], "LG_PARSE_SYNTAX");

        let (status, body) = read(site.send(post(vec![b' '; (4 << 20) + 1])).await).await;
        assert_eq!(
            (status, body["error"]["code"].as_str()),
            (StatusCode::PAYLOAD_TOO_LARGE, Some("LG_HTTP_TOO_LARGE"))
        );
        // The one that could be received, however broken, and the lock that tells other servers of this one.
        let mut left: Vec<_> =
            fs::read_dir(&site.uploads).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left.len(), 2, "nothing stays of what was refused: {left:?}");
        assert_eq!(left[0], ".lock");
        site.view.clear();
        assert!(!site.uploads.exists());
    });
}
