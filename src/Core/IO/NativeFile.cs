using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Replication.Core.IO;

/// <summary>
/// The few calls of the C library that the framework hides or softens: its flush swallows some errors and it cannot
/// open a directory.
/// </summary>
internal static partial class NativeFile
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC on every Linux; the value of O_DIRECTORY depends on the processor
    private const int CreateReadWrite = 0x2 | 0x40 | 0x80000; // O_RDWR | O_CREAT | O_CLOEXEC on Linux
    private const int OwnerOnly = 0x180; // rw-------
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;

    internal static void Sync(SafeFileHandle file, string path)
    {
        while (DataSync(file) != 0) ThrowUnlessInterrupted("sync", path);
    }

    internal static void SyncDirectory(string path)
    {
        using var directory = Open(path, ReadOnlyCloseOnExec, 0);
        if (directory.IsInvalid) throw Failure("open", path, Marshal.GetLastPInvokeError());
        while (FullSync(directory) != 0) ThrowUnlessInterrupted("sync", path);
    }

    /// <summary>
    /// Opens and locks a file; null when another holder has the lock. Not opened through the framework, which takes a
    /// lock of its own on whatever it opens.
    /// </summary>
    internal static SafeFileHandle? TryLock(string path)
    {
        var file = Open(path, CreateReadWrite, OwnerOnly);
        if (file.IsInvalid) throw Failure("open", path, Marshal.GetLastPInvokeError());
        while (Lock(file, LockExclusive | LockNonBlocking) != 0)
        {
            if (Marshal.GetLastPInvokeError() == WouldBlock)
            {
                file.Dispose();
                return null;
            }
            ThrowUnlessInterrupted("lock", path);
        }
        return file;
    }

    private static void ThrowUnlessInterrupted(string action, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted) throw Failure(action, path, error);
    }

    private static IOException Failure(string action, string path, int error) =>
        new($"Cannot {action} {path}: {Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FullSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}
