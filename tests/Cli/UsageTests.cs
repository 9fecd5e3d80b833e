using Replication.Cli.Tests.Fixture;

namespace Replication.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("put", "docs")]
    [InlineData("nothing")]
    [InlineData]
    [InlineData("get", "docs", "a", "--timeout", "soon")]
    [InlineData("get", "docs", "a", "--timeout", "0s")]
    [InlineData("get", "docs", "a", "--at-least", "five")]
    [InlineData("get", "docs", "a", "--at-least", "1/1", "--wait", "2m")]
    [InlineData("get", "docs", "a", "--server", "ftp://somewhere")]
    [InlineData("get", "docs", "a", "--server", "127.0.0.1:1,127.0.0.1:2")]
    [InlineData("scan", "docs", "--limit", "-1")]
    [InlineData("log", "dump", "no-such-directory")]
    [InlineData("import", "docs", "no-such-file")]
    public async Task A_wrong_command_line_exits_with_2_and_says_why(params string[] arguments)
    {
        var outcome = await Replctl.RunAsync(arguments);

        Assert.Equal((ExitCode.Usage, ""), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith("replctl: ", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get", "docs", "a")]
    [InlineData("put", "docs", "a", "1")]
    [InlineData("scan", "docs")]
    [InlineData("export", "docs")]
    [InlineData("collection", "list")]
    [InlineData("snapshot")]
    [InlineData("digest")]
    public async Task Without_a_node_every_command_exits_with_3(params string[] arguments)
    {
        var outcome = await Replctl.RunAsync([.. arguments, "--server", "http://127.0.0.1:1"]);

        Assert.Equal((ExitCode.NoNode, ""), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith("replctl: No node answers at http://127.0.0.1:1: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_wrong_address_in_the_environment_is_a_configuration_error()
    {
        var outcome = await Replctl.WithVariableAsync("REPLICATION_SERVER", "nowhere:port", "status");

        Assert.Equal(ExitCode.Configuration, outcome.ExitCode);
        Assert.Contains("REPLICATION_SERVER", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_comes_from_the_environment_unless_it_is_named()
    {
        var variable = await Replctl.WithVariableAsync("REPLICATION_SERVER", "127.0.0.1:2", "get", "docs", "a");
        var option = await Replctl.WithVariableAsync("REPLICATION_SERVER", "127.0.0.1:2", "get", "docs", "a", "--server", "127.0.0.1:1");

        Assert.Contains("http://127.0.0.1:2", variable.Error, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1", option.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("put", "--help")]
    [InlineData("get", "--help")]
    [InlineData("delete", "--help")]
    [InlineData("scan", "--help")]
    [InlineData("import", "--help")]
    [InlineData("export", "--help")]
    [InlineData("collection", "--help")]
    [InlineData("collection", "create", "--help")]
    [InlineData("status", "--help")]
    [InlineData("digest", "--help")]
    [InlineData("snapshot", "--help")]
    [InlineData("log", "dump", "--help")]
    [InlineData("log", "verify", "--help")]
    public async Task Every_help_has_examples_and_exit_codes(params string[] arguments)
    {
        var outcome = await Replctl.RunAsync(arguments);

        Assert.Equal((ExitCode.Success, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("Examples:\n  ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes:", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("7", 7_000)]
    public void Times_have_units(string text, int millis)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(millis, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("25h")]
    public void Anything_else_is_no_time(string text) => Assert.False(Duration.TryParse(text, out _));
}
