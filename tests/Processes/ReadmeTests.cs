using System.Diagnostics;
using System.Text.RegularExpressions;
using Replication.ProcessKit;

namespace Replication.Processes.Tests;

/// <summary>The README's console blocks are run, and what they print is compared with what the README shows: numbers, digests and ages apart.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("replication-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_commands_of_the_readme_print_what_it_shows()
    {
        await using var primary = new NodeProcess("primary", Path.Combine(_root, "primary"));
        await primary.StartReadyAsync();
        await using var replica = new NodeProcess("replica", Path.Combine(_root, "replica"), primary.Address);
        await replica.StartReadyAsync();
        var commands = Commands("replctl ").ToList();
        Assert.True(commands.Count >= 3, "The README shows fewer commands than it should.");

        foreach (var (command, expected) in commands)
        {
            var arguments = command["replctl ".Length..]
                .Replace("http://127.0.0.1:7400", primary.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
                .Replace("http://127.0.0.1:7410", replica.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
            var (code, output) = await RunAsync(Repository.Built("Cli", "replctl.dll"), Split(arguments), ("REPLICATION_SERVER", primary.Address.ToString()));
            Assert.True(code == 0, $"'{command}' exits {code}: {output}");
            AssertSame(command, expected, output);
        }
    }

    [Fact]
    public async Task The_demo_of_the_readme_prints_what_it_shows()
    {
        var (command, expected) = Assert.Single(Commands("dotnet run -c Release --project src/Server -- demo --once"));

        var (code, output) = await RunAsync(Repository.Built("Server", "replicad.dll"), ["demo", "--once"]);

        Assert.True(code == 0, $"'{command}' exits {code}: {output}");
        AssertSame(command, expected, output);
    }

    private static void AssertSame(string command, string expected, string output)
    {
        var (shown, printed) = (Normal(expected), Normal(output));
        Assert.True(shown == printed, $"'{command}' prints\n{output}\nbut the README shows\n{expected}\nCompared as\n{printed}\nand\n{shown}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }

    private static IEnumerable<(string Command, string Output)> Commands(string prefix)
    {
        foreach (Match block in ConsoleBlock().Matches(File.ReadAllText(Repository.File("README.md"))))
        {
            foreach (var part in block.Groups[1].Value.Split("$ ", StringSplitOptions.RemoveEmptyEntries))
            {
                var end = part.IndexOf('\n', StringComparison.Ordinal);
                if (part.StartsWith(prefix, StringComparison.Ordinal)) yield return (part[..end], part[(end + 1)..]);
            }
        }
    }

    // As a shell would: quotes keep words together.
    private static IEnumerable<string> Split(string arguments) =>
        Word().Matches(arguments).Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Value);

    private static string Normal(string output)
    {
        var lines = output.Split('\n').Where(line => !Progress().IsMatch(line)).Select(line => Blanks().Replace(Numbers().Replace(Digests().Replace(Folders().Replace(line, "DIR"), "H"), "N"), " ").Trim());
        return string.Join('\n', lines.Where(line => line.Length > 0));
    }

    [GeneratedRegex("```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex("'([^']*)'|\\S+")]
    private static partial Regex Word();

    // How many lines of progress there are depends on the machine.
    [GeneratedRegex("^ +[0-9.]+ s  (import|live) ")]
    private static partial Regex Progress();

    [GeneratedRegex("[./]*/[A-Za-z0-9_./-]*replica[A-Za-z0-9_./-]*[A-Za-z0-9]")]
    private static partial Regex Folders();

    [GeneratedRegex("\\b(?=[a-f]*[0-9])[0-9a-f]{8,32}\\b…?")]
    private static partial Regex Digests();

    [GeneratedRegex("[0-9]+([.,][0-9]+)*( ?(ms|s|KiB|MiB|GiB|kB|KB|MB|GB|TB|B|min))?\\b")]
    private static partial Regex Numbers();

    [GeneratedRegex("[\\s─━│┃┌┐└┘├┤┬┴┼╭╮╰╯|+-]+")]
    private static partial Regex Blanks();
}
