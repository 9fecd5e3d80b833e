using System.Text;
using Google.Protobuf;
using Replication.Cli.Tests.Fixture;
using Replication.Client.Tests.Fake;
using Replication.Protos.V1;

namespace Replication.Cli.Tests;

public sealed class ImportExportTests
{
    [Fact]
    public async Task Documents_are_imported_under_the_key_they_carry()
    {
        await using var node = await FakeNode.StartAsync();

        var import = await Replctl.WithInputAsync(
            "{\"id\":\"ada\",\"n\":1}\r\n\n  {\"id\":42}\n{\"n\":{\"id\":\"inner\"},\"id\":\"bob\"}",
            "import", "docs", "-", "--key", "id", "--json", "--server", node.Address.ToString());

        Assert.Equal((ExitCode.Success, ""), (import.ExitCode, import.Error));
        Assert.Equal(3, import.Json.GetProperty("imported").GetInt32());
        Assert.True(import.Json.GetProperty("complete").GetBoolean());
        Assert.Equal(["42={\"id\":42}", "ada={\"id\":\"ada\",\"n\":1}", "bob={\"n\":{\"id\":\"inner\"},\"id\":\"bob\"}"], Shown(node, "docs"));
    }

    [Theory]
    [InlineData("{\"id\":\"c\"", "it is no JSON object (byte ")]
    [InlineData("[1]", "it is no JSON object.")]
    [InlineData("{\"id\":\"c\"} x", "it is no JSON object (byte ")]
    [InlineData("{\"name\":\"c\"}", "there is no field 'id'.")]
    [InlineData("{\"id\":\"\"}", "the field 'id' is empty")]
    [InlineData("{\"id\":null}", "the field 'id' is neither a text nor a number.")]
    [InlineData("{\"id\":{}}", "the field 'id' is neither a text nor a number.")]
    [InlineData("{\"id\":\"c\",\"id\":\"d\"}", "the field 'id' stands there twice.")]
    public async Task An_import_stops_at_the_first_bad_line_and_names_it(string bad, string what)
    {
        await using var node = await FakeNode.StartAsync();

        var import = await Replctl.WithInputAsync(
            "{\"id\":\"a\"}\n{\"id\":\"b\"}\n" + bad + "\n{\"id\":\"z\"}\n", "import", "docs", "-", "--key", "id", "--json", "--server", node.Address.ToString());

        Assert.Equal(ExitCode.Negative, import.ExitCode);
        Assert.Contains("Line 3: " + what, import.Error, StringComparison.Ordinal);
        Assert.Contains("2 records were committed", import.Error, StringComparison.Ordinal);
        Assert.Equal((2, false), (import.Json.GetProperty("imported").GetInt32(), import.Json.GetProperty("complete").GetBoolean()));
        Assert.Equal(["a={\"id\":\"a\"}", "b={\"id\":\"b\"}"], Shown(node, "docs"));
    }

    [Theory]
    [InlineData("{\"value\":1}", "there is no field 'key'")]
    [InlineData("{\"key\":\"a\"}", "there is none of the fields")]
    [InlineData("{\"key\":\"a\",\"value\":1,\"text\":\"1\"}", "it has more than one value")]
    [InlineData("{\"key\":\"a\",\"base64\":\"?\"}", "the field 'base64' is no base64.")]
    [InlineData("{\"key\":1,\"value\":1}", "the field 'key' is no text.")]
    public async Task A_bad_line_of_an_export_is_named_too(string bad, string what)
    {
        await using var node = await FakeNode.StartAsync();

        var import = await Replctl.WithInputAsync(bad, "import", "docs", "-", "--server", node.Address.ToString());

        Assert.Equal(ExitCode.Negative, import.ExitCode);
        Assert.Contains("Line 1: " + what, import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_node_refuses_is_named_by_its_line()
    {
        await using var node = await FakeNode.StartAsync();
        var lines = Enumerable.Range(1, 300).Select(i => i == 270 ? "{\"key\":\"bad\",\"text\":\"{\"}" : $"{{\"key\":\"k{i}\",\"value\":{i}}}");

        var import = await Replctl.WithInputAsync(string.Join('\n', lines), "import", "docs", "-", "--server", node.Address.ToString());

        Assert.Equal(ExitCode.Negative, import.ExitCode);
        Assert.Contains("Line 270: ", import.Error, StringComparison.Ordinal);
        Assert.Contains("256 records were committed", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_line_with_the_same_key_wins_however_many_there_are()
    {
        await using var node = await FakeNode.StartAsync();
        var lines = Enumerable.Range(1, 5000).Select(i => $"{{\"id\":\"{i % 10}\",\"n\":{i}}}");

        var import = await Replctl.WithInputAsync(string.Join('\n', lines), "import", "docs", "-", "--key", "id", "--server", node.Address.ToString());

        Assert.StartsWith("Imported into docs: 5000 records, ", import.Output, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}={{\"id\":\"{i}\",\"n\":{(i == 0 ? 5000 : 4990 + i)}}}"), Shown(node, "docs"));
    }

    [Fact]
    public async Task An_import_without_a_node_exits_with_3_and_says_that_nothing_was_committed()
    {
        var import = await Replctl.WithInputAsync("{\"id\":\"a\"}", "import", "docs", "-", "--key", "id", "--server", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.NoNode, import.ExitCode);
        Assert.Contains("0 records were committed", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_whose_connection_breaks_says_that_it_does_not_know_all()
    {
        await using var node = await FakeNode.StartAsync();
        node.Store.Cut = static _ => true;

        var import = await Replctl.WithInputAsync("{\"id\":\"a\"}", "import", "docs", "-", "--key", "id", "--server", node.Address.ToString());

        Assert.Equal(ExitCode.NoNode, import.ExitCode);
        Assert.Contains("At least 0 records were committed", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_JSON_document_comes_back_byte_for_byte()
    {
        string[] documents =
        [
            "{\"a\":1}", "{ \"a\" : 1.50e+3 }", "\"text\"", "null", "-0.0", "{\n  \"a\": 1\n}\n", " [1] ", "{\"a\":1,\"a\":2}", "\"\\u00e9é\\ud83d\\ude00😀\\/\"",
            "\"\\ud800\"", "[\"\\n\", \"tab\\t\"]", "\t{}\r\n", new string('[', 64) + new string(']', 64),
        ];
        await AssertRoundTripAsync(Protos.V1.CollectionKind.Json, documents.Select(Encoding.UTF8.GetBytes));
    }

    [Fact]
    public async Task Every_value_of_bytes_comes_back_byte_for_byte() =>
        await AssertRoundTripAsync(Protos.V1.CollectionKind.Bytes, [[], [0], [0xFF, 0xFE], Encoding.UTF8.GetBytes("{\"a\":1}"), Encoding.UTF8.GetBytes("text\n"), new byte[3_000_000]]);

    [Fact]
    public async Task An_export_to_a_file_appears_when_it_is_complete()
    {
        await using var node = await FakeNode.StartAsync();
        using var folder = new TemporaryFolder();
        var server = node.Address.ToString();
        await Replctl.RunAsync("put", "docs", "a\tb\"é", "1", "--server", server);

        var export = await Replctl.RunAsync("export", "docs", folder.PathOf("docs.ndjson"), "--json", "--server", server);
        var unknown = await Replctl.RunAsync("export", "nowhere", folder.PathOf("nowhere.ndjson"), "--server", server);

        Assert.Equal((ExitCode.Success, 1), (export.ExitCode, export.Json.GetProperty("records").GetInt32()));
        Assert.Equal("{\"key\":\"a\\tb\\\"é\",\"value\":1}\n", await File.ReadAllTextAsync(folder.PathOf("docs.ndjson")));
        Assert.Equal(ExitCode.Negative, unknown.ExitCode);
        Assert.Single(Directory.GetFiles(folder.Root));
    }

    private static async Task AssertRoundTripAsync(Protos.V1.CollectionKind kind, IEnumerable<byte[]> values)
    {
        await using var from = await FakeNode.StartAsync();
        await using var to = await FakeNode.StartAsync();
        from.Records.Commit(new CommitRequest { Operations = { new Operation { CreateCollection = new CreateCollection { Collection = "c", Kind = kind } } } });
        var number = 0;
        foreach (var value in values)
            from.Records.Commit(new CommitRequest { Operations = { new Operation { Put = new Put { Collection = "c", Key = ByteString.CopyFromUtf8($"k{number++:D3}"), Value = ByteString.CopyFrom(value) } } } });

        var export = await Replctl.RunAsync("export", "c", "--server", from.Address.ToString());
        var import = await Replctl.RunAsync(export.Bytes, static terminal => terminal, "import", "c", "-", "--server", to.Address.ToString());

        Assert.Equal((ExitCode.Success, "", ""), (import.ExitCode, import.Error, export.Error));
        Assert.Equal(number, export.Lines.Length);
        Assert.Equal(kind, Assert.Single(to.Records.List()).Kind);
        Assert.Equal([.. from.Records.Scan("c").Select(static record => record.Value.ToBase64())], to.Records.Scan("c").Select(static record => record.Value.ToBase64()).ToArray());
    }

    private static string[] Shown(FakeNode node, string collection) =>
        [.. node.Records.Scan(collection).Select(static record => $"{record.Key.ToStringUtf8()}={record.Value.ToStringUtf8()}")];
}
