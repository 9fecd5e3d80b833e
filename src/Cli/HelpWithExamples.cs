using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Replication.Cli.Commands;

namespace Replication.Cli;

/// <summary>The usual help, and behind it what a person copies: examples, the shape of the JSON answer, the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command as ReplctlCommand;
        Section(output, "Examples:", command?.Examples ?? General(parseResult.CommandResult.Command));
        if (command is { JsonShape.Length: > 0 }) Section(output, "With --json:", [command.JsonShape]);
        Section(output, "Exit codes:",
        [
            "0   done",
            "1   a negative answer: not found, a condition does not hold, digests differ, a log is damaged",
            "2   wrong usage",
            "3   no node answers",
            "78  a configuration error",
        ]);
        return ExitCode.Success;
    }

    private static void Section(TextWriter output, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        output.WriteLine(title);
        foreach (var line in lines) output.WriteLine("  " + line);
        output.WriteLine();
    }

    private static string[] General(Command command) => command is RootCommand
        ? [
            """replctl put customers ada '{"name":"Ada"}'""",
            "replctl get customers ada",
            "replctl status --server http://127.0.0.1:7400,http://127.0.0.1:7410",
        ]
        : [.. command.Subcommands.OfType<ReplctlCommand>().SelectMany(static child => child.Examples)];
}
