using System.Text;
using System.Text.Json;
using Replication.Cli.Output;

namespace Replication.Cli.Tests.Fixture;

/// <summary>What a run of replctl left behind.</summary>
internal sealed record Outcome(int ExitCode, byte[] Bytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The only line of the output, as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Assert.Single(Lines)).RootElement;
}

/// <summary>Runs replctl in this process.</summary>
internal static class Replctl
{
    public static Task<Outcome> RunAsync(params string[] arguments) => RunAsync([], static terminal => terminal, arguments);

    public static Task<Outcome> WithInputAsync(string input, params string[] arguments) => RunAsync(Encoding.UTF8.GetBytes(input), static terminal => terminal, arguments);

    public static async Task<Outcome> RunAsync(byte[] input, Func<Terminal, Terminal> surroundings, params string[] arguments)
    {
        using var output = new MemoryStream();
        await using var error = new StringWriter();
        using var stream = new MemoryStream(input);
        var exitCode = await CommandLine.RunAsync(arguments, surroundings(new Terminal { Input = stream, Output = output, Error = error }));
        return new Outcome(exitCode, output.ToArray(), error.ToString());
    }

    /// <summary>With environment variables.</summary>
    public static Task<Outcome> WithVariableAsync(string name, string value, params string[] arguments) =>
        RunAsync([], terminal => terminal with { Variable = asked => asked == name ? value : null }, arguments);
}
