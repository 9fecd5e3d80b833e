using System.CommandLine;
using System.CommandLine.Help;
using Replication.Cli.Commands;
using Replication.Cli.Output;

namespace Replication.Cli;

/// <summary>The command line of replctl: what there is, and how a line is run.</summary>
internal static class CommandLine
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation = default)
    {
        var host = new CommandHost(terminal, new GlobalOptions());
        var root = Build(host);
        // Values may begin with @ or -, so neither response files nor bundles of short options.
        var line = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (line.Errors.Count > 0)
        {
            foreach (var error in line.Errors) host.Complain(error.Message);
            await terminal.Error.WriteLineAsync($"Run '{NameOf(line.CommandResult.Command)} --help' for the usage and examples.");
            return ExitCode.Usage;
        }
        await using var output = terminal.OutputText();
        var configuration = new InvocationConfiguration { Output = output, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        var exitCode = await line.InvokeAsync(configuration, cancellation);
        await output.FlushAsync(CancellationToken.None);
        await terminal.Output.FlushAsync(CancellationToken.None);
        return exitCode;
    }

    private static RootCommand Build(CommandHost host)
    {
        var root = new RootCommand("replctl: everything an operator or a script does with Replication's nodes.")
        {
            host.Options.Server,
            host.Options.Json,
            host.Options.Timeout,
            new PutCommand(host),
            new GetCommand(host),
            new DeleteCommand(host),
            new ScanCommand(host),
            new QueryCommand(host),
            new ImportCommand(host),
            new ExportCommand(host),
            new Command("collection", "Create, list and drop collections.") { new CollectionCreateCommand(host), new CollectionListCommand(host), new CollectionDropCommand(host) },
            new Command("index", "Create, list and drop secondary indexes.") { new IndexCreateCommand(host), new IndexListCommand(host), new IndexDropCommand(host) },
            new StatusCommand(host),
            new DigestCommand(host),
            new ScrubCommand(host),
            new SnapshotCommand(host),
            new FollowCommand(host),
            new Command("log", "Read the log of a node from its files.") { new LogDumpCommand(host), new LogVerifyCommand(host) },
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : "replctl";
}
