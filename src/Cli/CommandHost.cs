using System.CommandLine;
using Replication.Cli.Output;
using Replication.Client;
using Replication.Core.Log;
using Replication.Core.Payloads;

namespace Replication.Cli;

/// <summary>Runs commands: the one place where what went wrong becomes a sentence and a number for the shell.</summary>
internal sealed class CommandHost(Terminal terminal, GlobalOptions options)
{
    private const int BrokenPipe = 32;

    internal GlobalOptions Options => options;

    internal Terminal Terminal => terminal;

    internal async Task<int> RunAsync(ParseResult line, Func<CommandContext, CancellationToken, Task<int>> command, CancellationToken cancellation)
    {
        try
        {
            var exitCode = await command(new CommandContext(line, options, terminal), cancellation);
            await terminal.Output.FlushAsync(cancellation);
            return exitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException closed) when (closed.HResult == BrokenPipe)
        {
            return ExitCode.Success; // Whoever reads our output has seen enough.
        }
        catch (Exception failure) when (Explain(failure) is { } explained)
        {
            await terminal.Output.FlushAsync(CancellationToken.None);
            Complain(explained.Message);
            return explained.ExitCode;
        }
    }

    /// <summary>Writes one sentence to the error stream.</summary>
    internal void Complain(string sentence) => terminal.Error.WriteLine($"replctl: {sentence}");

    private static CommandException? Explain(Exception failure) => failure switch
    {
        CommandException explained => explained,
        NotPrimaryException { Primary.Length: > 0 } refused => CommandException.Negative($"{refused.Message} Use --server {refused.Primary}."),
        NodeUnavailableException or CommitUnknownException or CommitForgottenException => new CommandException(ExitCode.NoNode, failure.Message),
        ReplicationException or LogDamagedException or UnsupportedFormatException or LogPrunedException or MalformedPayloadException => CommandException.Negative(failure.Message),
        FileNotFoundException or DirectoryNotFoundException => CommandException.Usage($"{failure.Message} Check the path."),
        IOException or UnauthorizedAccessException => CommandException.Negative($"{failure.Message} Check the path, its permissions and the space on the disk."),
        _ => null,
    };
}
