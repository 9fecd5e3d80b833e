using Replication.Cli.Tests.Fixture;
using Replication.Client;
using Replication.Testing;

namespace Replication.Cli.Tests;

/// <summary>Secondary indexes of a real node.</summary>
public sealed class IndexCommandTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new();
    private TestNode _primary = null!;

    public async Task InitializeAsync()
    {
        _primary = await _cluster.PrimaryAsync();
        var transaction = new Transaction();
        string[] documents = ["""{"c":"GB","n":5}""", """{"c":"FR","n":"5"}""", """{"c":"GB","n":7.5}""", """{"c":"GE","n":null}""", """{"c":"DE","n":true}"""];
        for (var i = 0; i < documents.Length; i++) transaction.Put("docs", $"k{i}", documents[i]);
        await _primary.Client.CommitAsync(transaction);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task An_index_is_created_listed_queried_and_dropped()
    {
        var created = await RunAsync("index", "create", "docs", "c", "c");
        var listed = await RunAsync("index", "list");
        var equal = await RunAsync("query", "docs", "--index", "c", "--equals", "GB");
        var dropped = await RunAsync("index", "drop", "docs", "c");

        Assert.Equal((ExitCode.Success, ""), (created.ExitCode, created.Error));
        Assert.True(LogPosition.Parse(created.Output.Trim()).Index > 2);
        Assert.Equal("COLLECTION\tINDEX\tPATH\tUNIQUE\tSTATE\tENTRIES\tBUILT\ndocs\tc\tc\tno\tready\t5\t-\n", listed.Output);
        Assert.Equal("k0\t{\"c\":\"GB\",\"n\":5}\nk2\t{\"c\":\"GB\",\"n\":7.5}\n", equal.Output);
        Assert.Equal(ExitCode.Success, dropped.ExitCode);
        Assert.Equal("COLLECTION\tINDEX\tPATH\tUNIQUE\tSTATE\tENTRIES\tBUILT\n", (await RunAsync("index", "list", "docs")).Output);
    }

    [Theory]
    [InlineData("--equals", "5", "k0")]
    [InlineData("--equals", "\"5\"", "k1")]
    [InlineData("--equals", "null", "k3")]
    [InlineData("--equals", "true", "k4")]
    [InlineData("--equals", "7.50", "k2")]
    [InlineData("--from", "6", "k2")]
    [InlineData("--to", "6", "k0")]
    [InlineData("--prefix", "5", "k1")]
    [InlineData("--prefix", "x", "")]
    public async Task Values_are_written_as_json_or_plainly(string option, string value, string key)
    {
        await RunAsync("index", "create", "docs", "n", "n");

        var found = await RunAsync("query", "docs", "--index", "n", option, value);

        Assert.Equal((ExitCode.Success, key), (found.ExitCode, string.Join(' ', found.Lines.Select(line => line.Split('\t')[0]))));
    }

    [Fact]
    public async Task Json_answers_have_their_documented_shape()
    {
        var created = await RunAsync("index", "create", "docs", "n", "n", "--unique", "--json");
        var listed = await RunAsync("index", "list", "--json");
        var query = await RunAsync("query", "docs", "--index", "n", "--from", "5", "--limit", "1", "--json");
        var dropped = await RunAsync("index", "drop", "docs", "n", "--json");

        Assert.Equal("ready", created.Json.GetProperty("phase").GetString());
        Assert.Equal(
            """[{"collection":"docs","name":"n","path":"n","unique":true,"phase":"ready","entries":5,"covered":5,"records":5,"failure":""}]""",
            listed.Json.GetProperty("indexes").GetRawText());
        Assert.Equal("k0", query.Json.GetProperty("key").GetString());
        Assert.Equal("n", dropped.Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_building_that_fails_is_a_negative_answer_with_the_reason()
    {
        var failed = await RunAsync("index", "create", "docs", "c", "c", "--unique");
        var listed = await RunAsync("index", "list", "docs");
        var again = await RunAsync("index", "create", "docs", "c", "c");
        await RunAsync("index", "drop", "docs", "c");
        var json = await RunAsync("index", "create", "docs", "c", "c", "--unique", "--json");

        Assert.Equal((ExitCode.Negative, ""), (failed.ExitCode, failed.Output));
        Assert.Contains("The index could not be built: Records 'k0' and 'k2' have the same value.", failed.Error, StringComparison.Ordinal);
        Assert.Contains("failed\t0\tRecords 'k0' and 'k2'", listed.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Negative, again.ExitCode);
        Assert.Equal((ExitCode.Negative, "failed"), (json.ExitCode, json.Json.GetProperty("phase").GetString()));
    }

    [Fact]
    public async Task A_query_that_cannot_be_answered_says_why()
    {
        var unknown = await RunAsync("query", "docs", "--index", "x");
        var two = await RunAsync("query", "docs", "--index", "x", "--equals", "1", "--prefix", "a");
        var none = await RunAsync("query", "docs");

        Assert.Equal((ExitCode.Negative, "", true), (unknown.ExitCode, unknown.Output, unknown.Error.Contains("has no index 'x'", StringComparison.Ordinal)));
        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (two.ExitCode, none.ExitCode));
    }

    [Fact]
    public async Task The_log_shows_operations_on_indexes()
    {
        await RunAsync("index", "create", "docs", "n", "n");
        await RunAsync("index", "drop", "docs", "n");

        var data = _primary.Data;
        await _primary.StopAsync();
        var dump = await Replctl.RunAsync("log", "dump", data);

        Assert.Contains("""{"action":"createIndex","collection":"docs","index":"n","path":"n","unique":false}""", dump.Output, StringComparison.Ordinal);
        Assert.Contains("""{"action":"buildIndex","collection":"docs","index":"n","last":true,"key":"k4"}""", dump.Output, StringComparison.Ordinal);
        Assert.Contains("""{"action":"dropIndex","collection":"docs","index":"n"}""", dump.Output, StringComparison.Ordinal);
    }

    private Task<Outcome> RunAsync(params string[] arguments) => Replctl.RunAsync([.. arguments, "--server", _primary.Address.ToString()]);
}
