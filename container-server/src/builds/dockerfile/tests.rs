//! Good and bad Dockerfiles.

use super::*;

fn kinds(text: &str) -> Vec<Kind> {
    let text = format!("FROM a\n{text}");
    let dockerfile = parse(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    dockerfile.instructions.into_iter().map(|instruction| instruction.kind).collect()
}

fn shell(text: &str) -> CommandLine {
    CommandLine::Shell(text.to_owned())
}

fn exec(words: &[&str]) -> CommandLine {
    CommandLine::Exec(words.iter().map(|&word| word.to_owned()).collect())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<Pair> {
    let pair = |&(name, value): &(&str, &str)| Pair { name: name.into(), value: value.into() };
    pairs.iter().map(pair).collect()
}

fn copy(sources: &[&str], destination: &str, owner: Option<&str>, mode: Option<&str>) -> Kind {
    Kind::Copy(Copy {
        sources: sources.iter().map(|&source| source.to_owned()).collect(),
        destination: destination.to_owned(),
        owner: owner.map(str::to_owned),
        mode: mode.map(str::to_owned),
    })
}

#[test]
fn a_whole_dockerfile_is_read() {
    let text = "# syntax=docker/dockerfile:1\n\
        ARG VERSION=12\n\
        ARG FLAVOUR=${VERSION}-slim\n\
        FROM debian:$FLAVOUR AS final\n\
        # the tools\n\
        RUN apt-get update && \\\n    # the list is long\n    apt-get install -y jq\n\
        copy . /src\n\
        CMD [\"jq\", \".\"]\n";
    let dockerfile = parse(text).expect("it parses");
    assert_eq!(dockerfile.base, "debian:12-slim");
    assert_eq!(dockerfile.base_line, 4);
    assert_eq!(dockerfile.global_arguments[0], ("VERSION".to_owned(), "12".to_owned()));
    let lines: Vec<u32> = dockerfile.instructions.iter().map(|i| i.line).collect();
    assert_eq!(lines, [6, 9, 10]);
    assert_eq!(dockerfile.instructions[0].text, "RUN apt-get update &&     apt-get install -y jq");
    assert_eq!(dockerfile.instructions[2].kind, Kind::Cmd(exec(&["jq", "."])));
}

#[test]
fn instructions_are_read() {
    let table: Vec<(&str, Kind)> = vec![
        ("RUN make all", Kind::Run(shell("make all"))),
        ("run make", Kind::Run(shell("make"))),
        ("RUN [\"make\", \"all\"]", Kind::Run(exec(&["make", "all"]))),
        ("RUN [ -f /x ] && y", Kind::Run(shell("[ -f /x ] && y"))),
        ("RUN [ -f /x ]", Kind::Run(shell("[ -f /x ]"))),
        ("RUN echo $((1<<2)) <<<word", Kind::Run(shell("echo $((1<<2)) <<<word"))),
        ("CMD []", Kind::Cmd(exec(&[]))),
        ("CMD a \"b c\"", Kind::Cmd(shell("a \"b c\""))),
        ("ENTRYPOINT [\"a\"]", Kind::Entrypoint(exec(&["a"]))),
        ("ENV a=b c=\"d e\"", Kind::Env(pairs(&[("a", "b"), ("c", "\"d e\"")]))),
        ("ENV a b c", Kind::Env(pairs(&[("a", "b c")]))),
        ("ENV a=b=c", Kind::Env(pairs(&[("a", "b=c")]))),
        ("ENV a=", Kind::Env(pairs(&[("a", "")]))),
        ("LABEL \"x.y\"=z", Kind::Label(pairs(&[("\"x.y\"", "z")]))),
        ("WORKDIR /a b", Kind::Workdir("/a b".into())),
        ("USER 1000:1000", Kind::User("1000:1000".into())),
        ("COPY a b c/", copy(&["a", "b"], "c/", None, None)),
        ("COPY [\"a b\", \"c\"]", copy(&["a b"], "c", None, None)),
        ("COPY --chown=1:2 --chmod=755 a b", copy(&["a"], "b", Some("1:2"), Some("755"))),
        ("EXPOSE 80 53/udp $P", Kind::Expose(vec!["80".into(), "53/udp".into(), "$P".into()])),
        (
            "ARG a=1 b",
            Kind::Arg(vec![
                Argument { name: "a".into(), default: Some("1".into()) },
                Argument { name: "b".into(), default: None },
            ]),
        ),
        ("SHELL [\"/bin/bash\", \"-c\"]", Kind::Shell(vec!["/bin/bash".into(), "-c".into()])),
    ];
    for (text, kind) in table {
        assert_eq!(kinds(text), vec![kind], "{text}");
    }
}

#[test]
fn bad_dockerfiles_are_refused_with_line_and_reason() {
    let long = format!("FROM a\n{}", "ENV a=b\n".repeat(101));
    for (text, line, reason) in [
        ("", 1, "there is no FROM"),
        ("# only\n\nARG a=b\n", 3, "there is no FROM"),
        ("RUN a\nFROM b", 1, "before FROM"),
        ("FROM", 1, "one image"),
        ("FROM a b", 1, "one image"),
        ("FROM a AS", 1, "one image"),
        ("FROM $NONE", 1, "names no image"),
        ("FROM scratch", 1, "scratch is not supported yet"),
        ("FROM --platform=linux/amd64 a", 1, "--platform is not supported yet"),
        ("FROM a\nFROM b", 2, "several stages"),
        ("FROM a\n\nFOO bar", 3, "there is no instruction `FOO`"),
        ("FROM a\nRUN", 2, "needs a command"),
        ("FROM a\nRUN []", 2, "needs a command"),
        ("FROM a\nRUN --mount=type=cache,target=/x make", 2, "--mount is not supported yet"),
        ("FROM a\nRUN --network=none make", 2, "--network is not supported yet"),
        ("FROM a\nRUN <<EOF\necho\nEOF", 2, "here-documents"),
        ("FROM a\nRUN cat > /x <<'EOF'\nx\nEOF", 2, "here-documents"),
        ("FROM a\nCOPY <<EOF /x\nx\nEOF", 2, "here-documents"),
        ("FROM a\nCMD ['bash']", 2, "double quotes"),
        ("FROM a\nENTRYPOINT", 2, "needs a command"),
        ("FROM a\nENV", 2, "needs a name"),
        ("FROM a\nENV x", 2, "no value"),
        ("FROM a\nENV x=1 y", 2, "name=value is expected"),
        ("FROM a\nENV =1", 2, "name is empty"),
        ("FROM a\nENV x=${y", 2, "never closed"),
        ("FROM a\nENV x=\"y", 2, "never closed"),
        ("FROM a\nENV x=${y%z}", 2, "not supported yet"),
        ("FROM a\nWORKDIR", 2, "needs a value"),
        ("FROM a\nUSER", 2, "needs a value"),
        ("FROM a\nCOPY a", 2, "one source and a destination"),
        ("FROM a\nCOPY --from=b c d", 2, "--from is not supported yet"),
        ("FROM a\nCOPY --link c d", 2, "--link is not supported yet"),
        ("FROM a\nCOPY --chown= c d", 2, "needs a value"),
        ("FROM a\nEXPOSE web", 2, "not a port"),
        ("FROM a\nEXPOSE 0", 2, "not a port"),
        ("FROM a\nEXPOSE 80/icmp", 2, "not a port"),
        ("FROM a\nARG", 2, "needs a name"),
        ("FROM a\nARG a/b", 2, "not a name"),
        ("FROM a\nSHELL /bin/bash", 2, "JSON array"),
        ("FROM a\nSHELL []", 2, "JSON array"),
        ("FROM a\nADD a b", 2, "ADD is not supported yet"),
        ("FROM a\nVOLUME /x", 2, "VOLUME is not supported yet"),
        ("FROM a\nHEALTHCHECK NONE", 2, "HEALTHCHECK is not supported yet"),
        ("FROM a\nSTOPSIGNAL 9", 2, "STOPSIGNAL is not supported yet"),
        ("FROM a\nONBUILD RUN x", 2, "ONBUILD is not supported yet"),
        ("FROM a\nMAINTAINER x", 2, "use LABEL"),
        (long.as_str(), 102, "more than 100 instructions"),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(error.message.contains(reason), "{text:?}: {error}");
    }
}
